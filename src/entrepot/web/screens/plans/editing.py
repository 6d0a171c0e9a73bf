"""The provider's changes of a plan: what it is, its periods, resources, prices, and the plans it needs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from entrepot.domain.catalog.commands import (
    add_period,
    add_plan,
    change_period,
    change_plan,
    set_fee,
    set_needs,
    set_plan_resources,
)
from entrepot.domain.catalog.plans import (
    PlanDetail,
    PlanPeriodRow,
    needed_plans,
    period_version,
    plan_detail,
    plan_of_period,
    plan_resources_version,
    plan_version,
    plans_by_code,
)
from entrepot.domain.catalog.products import choices, resources_of_service
from entrepot.domain.catalog.shelves import list_categories
from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.offers import text_in
from entrepot.flows.price_import import business_date
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.plans.fee_form import FeeForm
from entrepot.web.screens.plans.forms import (
    ContentsForm,
    NeedForm,
    PeriodForm,
    PlanForm,
    one_of,
)
from entrepot.web.screens.plans.products import handle
from entrepot.web.screens.plans.tabs import crumbs
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui.shell import Link


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def plan_add(request: SignedInRequest) -> HttpResponse:
    """Ask for a new plan and add it; its page asks for what is missing."""
    form = _plan_form(request, None)
    made: list[int] = []

    def do() -> object:
        made.append(add_plan(values=form.values, **_by(request)))
        return made

    back = address(request.viewer, "plans")
    answer = handle(
        request,
        form,
        do,
        title=gettext("Add a plan"),
        back_url=back,
        crumbs=crumbs(request.viewer),
    )
    return HttpResponseRedirect(address(request.viewer, "plan", made[0])) if made else answer


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def plan_edit(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask what a plan is to be and change it."""
    detail = plan_detail(plan_id=number)
    form = _plan_form(request, detail)

    def do() -> object:
        return change_plan(plan_id=number, values=form.values, version=form.state, **_by(request))

    return _handle(request, detail, form, do, title=gettext("Change a plan"))


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def period_add(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask for a new period of a plan and add it."""
    detail = plan_detail(plan_id=number)
    initial = {
        "term_months": 12,
        "billing_months": 1,
        "trial_days": 0,
        "grace_days": 0,
        "hold_days": 30,
        "destroys_on_cancel": True,
        "refund": "prorated",
        "is_active": True,
    }
    form = PeriodForm(request.POST if request.method == "POST" else None, initial=initial)

    def do() -> object:
        return add_period(plan_id=number, values=form.values, **_by(request))

    return _handle(request, detail, form, do, title=gettext("Add a period"))


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def period_edit(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask what a period is to be and change it."""
    detail = plan_detail(plan_id=plan_of_period(period_id=number))
    form = _period_form(request, next(one for one in detail.periods if one.id == number))

    def do() -> object:
        return change_period(
            period_id=number, values=form.values, version=form.state, **_by(request)
        )

    return _handle(request, detail, form, do, title=gettext("Change a period"))


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def contents(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask for the units of a plan's resources, and for one more resource."""
    detail = plan_detail(plan_id=number)
    form = ContentsForm(
        request.POST.dict() if request.method == "POST" else None,
        rows=detail.resources,
        version=plan_resources_version(plan_id=number),
    )
    held = {row.resource_id for row in detail.resources}
    offered = resources_of_service(service_id=detail.service_id)
    form.offer(
        added=[
            ("", gettext("none")),
            *((str(key), name) for key, name, _measured in offered if key not in held),
        ]
    )

    def do() -> object:
        return set_plan_resources(
            plan_id=number, resources=form.contents, version=form.state, **_by(request)
        )

    return _handle(
        request,
        detail,
        form,
        do,
        title=gettext("Resources of a plan"),
        template="screens/plans/contents.html",
    )


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def fee(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask for a vendor price of a plan from a day on and set it."""
    detail = plan_detail(plan_id=number)
    today = business_date(today=request.viewer.today)
    form = FeeForm(
        request.POST if request.method == "POST" else None,
        initial={"valid_from": today, "market": "", "period": request.GET.get("period", "")},
    )
    periods = [
        (str(one.id), words.term(term_months=one.term_months, billing_months=one.billing_months))
        for one in detail.periods
    ]
    form.fields["period"].choices = periods  # type: ignore[attr-defined]
    form.fields["resource"].choices = [  # type: ignore[attr-defined]
        (str(one.resource_id), one.name) for one in detail.resources
    ]

    def do() -> object:
        return set_fee(fee=form.fee, valid_from=form.valid_on, business_date=today, **_by(request))

    return _handle(
        request,
        detail,
        form,
        do,
        title=gettext("Set a vendor price"),
        template="screens/plans/fee.html",
    )


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def needs(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask for one more plan that is needed; those known can be taken out."""
    detail = plan_detail(plan_id=number)
    known = needed_plans(plan_id=number)
    wanted = {key: same for key, _name, same, _choice in known}
    choices = {key: choice for key, _name, _same, choice in known}
    url = address(request.viewer, "plan-needs", number)
    taken = request.POST.get("remove", "")
    if taken:
        kept = {key: same for key, same in wanted.items() if str(key) != taken}
        try:
            set_needs(plan_id=number, needs=kept, choices=choices, **_by(request))
        except DomainError as refusal:
            messages.error(request, refusal.text(translate=gettext))
        else:
            messages.success(request, gettext("It is saved."))
        return HttpResponseRedirect(url)
    form = NeedForm(request.POST if request.method == "POST" else None)
    form.offer(known=[(key, name) for key, name, _same, _choice in known])
    if request.method == "POST" and form.is_valid():
        found = plans_by_code(code=form.cleaned_data["code"])
        if problem := one_of(found):
            form.add_error("code", problem)
        else:
            wanted[found[0]] = form.cleaned_data["same_units"]
            if other := form.cleaned_data["instead_of"]:
                choice = choices.get(int(other), 0) or max(choices.values(), default=0) + 1
                choices |= {int(other): choice, found[0]: choice}

    def do() -> object:
        return set_needs(plan_id=number, needs=wanted, choices=choices, **_by(request))

    return _handle(
        request,
        detail,
        form,
        do,
        title=gettext("Plans that are needed"),
        template="screens/plans/needs.html",
        more={"known": known, "here": url},
        done_url=url,
    )


def _by(request: SignedInRequest) -> dict[str, Any]:
    return {"actor": request.viewer.actor(request_id=request.request_id), "now": request.now}


def _handle(
    request: SignedInRequest, detail: PlanDetail, form: Any, do: Any, *, title: str, **more: Any
) -> HttpResponse:
    """Show or do a change of a plan; back leads to its page."""
    url = address(request.viewer, "plan", detail.id)
    way = crumbs(request.viewer, Link(detail.name, url))
    return handle(request, form, do, title=title, back_url=url, crumbs=way, **more)


def _plan_form(request: SignedInRequest, detail: PlanDetail | None) -> PlanForm:
    initial: dict[str, Any] = {}
    if detail is not None:
        names = ("name", "product_code", "sku_code", "segment", "is_usage", "is_published")
        initial = {name: getattr(detail, name) for name in names} | {
            "service": detail.service_id,
            "category": detail.sales_category_id or "",
            "tax_category": detail.tax_category_id,
            "description_en": detail.description.get("en", ""),
            "description_de": detail.description.get("de", ""),
            "version": plan_version(plan_id=detail.id),
        }
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial)
    offered = choices()
    language = request.viewer.language
    form.offer(
        service=offered.services,
        tax_category=offered.tax_categories,
        category=[
            ("", gettext("none")),
            *(
                (str(row.id), text_in(row.name, language=language, fallback=row.code))
                for row in list_categories()
            ),
        ],
    )
    return form


def _period_form(request: SignedInRequest, row: PlanPeriodRow) -> PeriodForm:
    names = (
        "term_months",
        "billing_months",
        "trial_days",
        "grace_days",
        "hold_days",
        "destroys_after_hold",
        "destroys_on_cancel",
        "full_refund_days",
        "refund_days",
        "later_full_refund_days",
        "later_refund_days",
        "locks_after_window",
        "is_active",
    )
    initial = {name: getattr(row, name) for name in names} | {
        "refund": row.refund.value,
        "version": period_version(period_id=row.id),
    }
    return PeriodForm(request.POST if request.method == "POST" else None, initial=initial)
