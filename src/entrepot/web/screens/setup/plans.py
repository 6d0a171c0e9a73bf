"""The second step: which of the plans that the seller above publishes are sold."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.kinds import SetupStep
from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.offers import Offer
from entrepot.flows.price_import import business_date
from entrepot.flows.seller_setup import end_step, open_setup, plan_choices, switch_plans
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words
from entrepot.web.screens.setup.steps import frame, onward
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 50
_SEARCH_MAX = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One plan that may be sold."""

    id: int
    name: str
    code: str
    vendor: str
    shelf: str
    is_on: bool


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def plans(request: SignedInRequest) -> HttpResponse:
    """List the plans with a switch each; store a page of them, and go on when that was asked."""
    viewer = request.viewer
    setup = open_setup(viewer)
    if request.method == "POST":
        switched = switch_plans(
            viewer,
            shown=_numbers(request.POST.getlist("shown")),
            wanted=set(_numbers(request.POST.getlist("plan"))),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
        if switched:
            text = ngettext("%(n)s plan is switched.", "%(n)s plans are switched.", switched)
            messages.success(request, text % {"n": words.number(switched)})
        if request.POST.get("act") == "stay":
            return HttpResponseRedirect(request.get_full_path())
        done = end_step(
            viewer,
            step=SetupStep.PLANS,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
        return onward(viewer, done, after=SetupStep.PLANS)
    search = request.GET.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX]
    after = number_in(request.GET.get("after", ""))
    found = plan_choices(
        viewer,
        on_day=business_date(today=viewer.today),
        limit=PAGE_SIZE,
        search=search,
        after=after,
    )
    query = f"&q={search}" if search else ""
    context = {
        **frame(viewer, setup, here=SetupStep.PLANS),
        "columns": [
            Column(gettext("Sell"), 90),
            Column(gettext("Plan")),
            Column(gettext("Vendor"), 220),
            Column(gettext("Category"), 220),
        ],
        "rows": [_row(offer, is_on=found.is_on[offer.id]) for offer in found.page.rows],
        "query": search,
        "pager": Pager(
            previous_url=f"?{query[1:]}" if after is not None else "",
            next_url=f"?after={found.page.after}{query}" if found.page.after else "",
        ),
    }
    return render(request, "screens/setup/plans.html", context)


def _row(offer: Offer, *, is_on: bool) -> Row:
    return Row(
        id=offer.id,
        name=offer.name,
        code=f"{offer.product_code}:{offer.sku_code}",
        vendor=offer.vendor,
        shelf=offer.shelf,
        is_on=is_on,
    )


def _numbers(texts: list[str]) -> list[int]:
    return [number for text in texts if (number := number_in(text)) is not None]
