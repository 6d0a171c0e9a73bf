"""A new promotion: asked for, looked at with an example, created when that is confirmed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import NewPromotion, create_promotion
from entrepot.domain.resale.promotions import (
    PromotionRow,
    PromotionState,
    is_sold_by,
    plan_names,
    plans_to_promote,
)
from entrepot.flows.orders import order_day
from entrepot.flows.promotions import Example, check_promotion, example_of, same_promotion
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home.links import address
from entrepot.web.screens.marketplace import words as market_words
from entrepot.web.screens.promotions import words
from entrepot.web.screens.promotions.form import PromotionForm, plan_text
from entrepot.web.screens.promotions.listing import crumbs
from entrepot.web.screens.subscriptions import words as terms
from entrepot.web.ui.parts import Column, EffectRow

PLANS_OFFERED = 200
_CONFIRMED = "confirmed"
_T = TypeVar("_T")
_TAKEN = ("promotion_code_taken", "promotion_in_the_way")


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def new_promotion(request: SignedInRequest) -> HttpResponse:
    """Ask for a promotion, show what it does, and create it when that is confirmed."""
    viewer = request.viewer
    today = order_day(now=request.now)
    posted = request.POST.dict() if request.method == "POST" else None
    initial: dict[str, object] = {"valid_from": today}
    plan = number_in(request.GET.get("plan", ""))
    if plan is not None and is_sold_by(viewer, plan_id=plan):
        initial["plan"] = plan_text(viewer, plan)
    form = PromotionForm(posted, viewer=viewer, initial=initial)
    if request.method != "POST" or request.POST.get("step") == "back":
        return _ask(request, form)
    if not form.is_valid():
        return _ask(request, form, status=422)
    wanted = form.wanted
    is_confirmed = request.POST.get("step") == _CONFIRMED
    try:
        example = example_of(viewer, wanted=wanted, on_day=max(today, wanted.valid_from))
        if not is_confirmed or (_loses(example) and request.POST.get("loss") != "1"):
            _commanded(check_promotion, request, wanted, today)
            return _review(request, form, wanted, example)
        number = _commanded(create_promotion, request, wanted, today)
    except DomainError as refusal:
        known = same_promotion(seller_id=viewer.account_id, wanted=wanted)
        if is_confirmed and refusal.code in _TAKEN and known is not None:
            # The form was sent twice: what it asked for is there.
            return HttpResponseRedirect(address(viewer, "promotion", known))
        return _refused(request, form, refusal)
    messages.success(request, gettext("“%(name)s” was created.") % {"name": wanted.name})
    return HttpResponseRedirect(address(viewer, "promotion", number))


def _commanded(
    command: Callable[..., _T], request: SignedInRequest, wanted: NewPromotion, today: date
) -> _T:
    return command(
        seller_id=request.viewer.account_id,
        wanted=wanted,
        today=today,
        actor=request.viewer.actor(request_id=request.request_id),
        now=request.now,
    )


def _refused(request: SignedInRequest, form: PromotionForm, refusal: DomainError) -> HttpResponse:
    name = refusal.field if isinstance(refusal, BadInput) else str(refusal.params.get("field", ""))
    if isinstance(refusal, NoSuchObject):
        name = "plan"
    form.add_error(form.field_of(name), refusal.text(translate=gettext))
    return _ask(request, form, status=422 if isinstance(refusal, BadInput) else 409)


def _loses(example: Example | None) -> bool:
    """Tell whether a promotion sells below cost."""
    return example is not None and example.margin is not None and example.margin < 0


def _ask(request: SignedInRequest, form: PromotionForm, *, status: int = 200) -> HttpResponse:
    viewer = request.viewer
    plans = plans_to_promote(viewer, search="", limit=PLANS_OFFERED)
    context = {
        "crumbs": crumbs(viewer),
        "form": form,
        "plans": [f"{name} (PLN-{number})" for number, name in plans.items()],
        "back_url": address(viewer, "promotions"),
    }
    return render(request, "screens/promotions/form.html", context, status=status)


def _review(
    request: SignedInRequest, form: PromotionForm, wanted: NewPromotion, example: Example | None
) -> HttpResponse:
    viewer = request.viewer
    context = {
        "crumbs": crumbs(viewer),
        "name": wanted.name,
        "sentences": words.sentences(_row(viewer, wanted)),
        "given": [(name, form.data[name]) for name in form.fields if form.data.get(name)],
        "loses": _loses(example),
        "example": _example(example, is_lowest=wanted.plan_id is None) if example else None,
        "columns": [
            Column(gettext("A unit, a period")),
            Column(gettext("Before"), 140, numeric=True),
            Column(gettext("With the promotion"), 160, numeric=True),
        ],
    }
    return render(request, "screens/promotions/review.html", context)


def _example(one: Example, *, is_lowest: bool) -> dict[str, object]:
    """Word an example: price, cost and what is left, before and with the promotion."""

    def money(value: Decimal | None) -> str:
        return "–" if value is None else terms.unit_money(value, one.currency)

    before = None if one.cost is None else one.price - one.cost
    return {
        "title": one.before.name,
        "period": f"{market_words.period(one.period)}, {market_words.basis(one.before, one.period)}",
        "is_lowest": is_lowest,
        "rows": [
            EffectRow(gettext("Price"), money(one.price), money(one.price_after)),
            EffectRow(gettext("Your cost"), money(one.cost), money(one.cost)),
            EffectRow(
                gettext("Margin"),
                _with_share(money(before), before, one.price),
                _with_share(money(one.margin), one.margin, one.price_after),
                total=True,
            ),
        ],
    }


def _with_share(text: str, margin: Decimal | None, price: Decimal) -> str:
    if margin is None or not price:
        return text
    return f"{text} ({terms.share(margin / price)})"


def _row(viewer: Viewer, wanted: NewPromotion) -> PromotionRow:
    """Look at a promotion as if it were there."""
    numbers = [one for one in (wanted.plan_id, wanted.parent_plan_id) if one is not None]
    names = plan_names(viewer, plan_ids=numbers)
    return PromotionRow(
        id=0,
        name=wanted.name,
        code=wanted.code.strip().upper(),
        plan_id=wanted.plan_id,
        plan_name=names.get(wanted.plan_id or 0, ""),
        parent_plan_id=wanted.parent_plan_id,
        parent_plan_name=names.get(wanted.parent_plan_id or 0, ""),
        recurring_ppm=wanted.recurring_ppm,
        setup_ppm=wanted.setup_ppm,
        on_renewal=wanted.on_renewal,
        uses_max=wanted.uses_max,
        once_per_customer=wanted.once_per_customer,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
        state=PromotionState.PLANNED,
    )
