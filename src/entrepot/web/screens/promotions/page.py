"""The page of a promotion: what it does, who took it, what was done with it; and its end."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import end_promotion
from entrepot.domain.resale.promotions import PromotionState, promotion_of
from entrepot.flows.orders import order_day
from entrepot.flows.promotions import ActLine, UseRow, promotion_acts, promotion_uses, uses_of
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.promotions import words
from entrepot.web.screens.promotions.listing import badge, crumbs
from entrepot.web.screens.subscriptions.head import Fact, Happening
from entrepot.web.ui.parts import Column, Pager

USES_SHOWN = 25


@screen(Capability.VIEW_PRICES)
def promotion(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show everything about one promotion of the own account."""
    viewer = request.viewer
    row = promotion_of(viewer, promotion_id=number, on_day=order_day(now=request.now))
    before = number_in(request.GET.get("before", ""))
    page = promotion_uses(viewer, promotion_id=row.id, limit=USES_SHOWN, before=before)
    used = uses_of(promotion_ids=[row.id]).get(row.id, 0)
    state, label = badge(row.state)
    may_end = row.state is not PromotionState.OVER and viewer.can(Capability.MANAGE_PRICES)
    context = {
        "crumbs": crumbs(viewer),
        "row": row,
        "state": state,
        "state_label": label,
        "sentences": words.sentences(row),
        "facts": [
            Fact(gettext("Takes off"), words.less(row.recurring_ppm, row.setup_ppm)),
            Fact(gettext("For the plan"), words.goods(row)),
            Fact(gettext("Days"), words.span(row.valid_from, row.valid_to)),
            Fact(gettext("Used"), words.uses(used, row.uses_max)),
            Fact(pgettext("promotions", "Limit"), words.limit(row)),
        ],
        "end_url": links.address(viewer, "promotion-end", row.id) if may_end else "",
        "columns": [
            Column(gettext("Customer")),
            Column(gettext("Plan"), 240),
            Column(gettext("Order"), 140),
            Column(gettext("Ordered"), 170),
        ],
        "uses": [_use(viewer, one) for one in page.rows],
        "acts": [_act(one) for one in promotion_acts(viewer, promotion_id=row.id)],
        "pager": Pager(
            previous_url=request.path if before else "",
            next_url=f"?before={page.before}" if page.before else "",
        ),
    }
    return render(request, "screens/promotions/page.html", context)


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def end(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask whether a promotion shall end, and end it; one that is over stays as it is."""
    viewer = request.viewer
    today = order_day(now=request.now)
    row = promotion_of(viewer, promotion_id=number, on_day=today)
    page_url = links.address(viewer, "promotion", row.id)
    if request.method == "POST":
        end_promotion(
            promotion_id=row.id,
            seller_id=viewer.account_id,
            today=today,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
        messages.success(request, gettext("“%(name)s” is over.") % {"name": row.name})
        return HttpResponseRedirect(page_url)
    consequences = [
        gettext("No order and no renewal gets it any more, from this moment on."),
        gettext("What was ordered with it keeps it to the end of its term."),
        gettext("It cannot be started again."),
    ]
    if row.code:
        consequences.append(gettext("The code %(code)s cannot be used again.") % {"code": row.code})
    context = {
        "crumbs": crumbs(viewer),
        "row": row,
        "is_over": row.state is PromotionState.OVER,
        "consequences": consequences,
        "back_url": page_url,
    }
    return render(request, "screens/promotions/end.html", context)


def _use(viewer: Viewer, one: UseRow) -> dict[str, str]:
    return {
        "customer": one.customer_name,
        "customer_url": "" if one.is_own else links.account_url(viewer, one.customer_id),
        "plan": one.plan_name,
        "number": one.number,
        "url": links.order_url(viewer, one.order_id, is_bought=one.is_own),
        "placed": order_words.stamp(one.placed_at),
    }


def _act(one: ActLine) -> Happening:
    return Happening(
        order_words.stamp(one.at),
        one.at.isoformat(),
        gettext("Ended") if one.is_end else gettext("Created"),
        one.actor_name or gettext("your supplier"),
    )
