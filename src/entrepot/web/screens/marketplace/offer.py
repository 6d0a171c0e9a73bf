"""The page of a plan: what it is, its periods and prices, and the form that puts it into the cart."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.buyers import Buyer
from entrepot.domain.resale.offers import Offer, OfferPeriod, offer_of
from entrepot.domain.subscriptions.commands.quantities import QUANTITY_MAX
from entrepot.flows.marketplace import resting_vendors, vendor_questions
from entrepot.flows.marketplace_lines import CartLine
from entrepot.flows.marketplace_needs import needs_of_offer
from entrepot.flows.marketplace_promotions import Promised, promised
from entrepot.flows.orders import order_day
from entrepot.flows.vendor_parameters import TEXT_LENGTH_MAX, Parameter, ParameterKind
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links
from entrepot.web.screens.marketplace import store, words
from entrepot.web.screens.marketplace.asked import buyer_of
from entrepot.web.screens.marketplace.listing import cart_head
from entrepot.web.screens.marketplace.together import completed, keep, refusal
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_SEVERAL = Decimal(2)


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period as a line of the form; amounts are empty where they are not shown."""

    id: int
    label: str
    extras: str
    price: str
    basis: str
    cost: str
    margin: str
    was: str
    is_chosen: bool
    can_be_ordered: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One value that the vendor asks for, with what was typed."""

    name: str
    asked: Parameter
    value: str
    options: tuple[tuple[str, str], ...]
    is_optional: bool


@screen(Capability.VIEW_SUBSCRIPTIONS)
def offer(request: SignedInRequest, number: int) -> HttpResponse:
    """Show a plan that is sold to the viewer, or to the account that it buys for."""
    buyer = buyer_of(request, number_in(request.GET.get("for", "")))
    return _render(request, number, buyer)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("POST",))
def add(request: SignedInRequest, number: int) -> HttpResponse:
    """Put the plan into the cart, for the account that the page was shown for."""
    viewer, posted = request.viewer, request.POST
    buyer = buyer_of(request, number_in(posted.get("for", "")))
    found = offer_of(viewer, plan_id=number, buyer=buyer, on_day=order_day(now=request.now))
    wanted = number_in(posted.get("period", ""))
    if wanted is None or wanted not in [period.id for period in found.periods]:
        return _render(request, number, buyer, error=gettext("Choose a period."), status=422)
    line = CartLine(
        id=1,
        plan_period_id=wanted,
        name=found.name,
        quantities={
            one.id: posted.get(f"units-{one.id}", "1").strip()[: store.QUANTITY_LENGTH_MAX]
            for one in found.chosen
        },
        parameters={
            one.name: text.strip()[:TEXT_LENGTH_MAX]
            for place, one in enumerate(vendor_questions(found))
            if (text := posted.get(f"asked-{place}")) is not None
        },
    )
    before = _cart_for(request, buyer)
    cart = store.add(before, line)
    together = completed(request, cart)
    if error := refusal(request, before, together):
        return _render(request, number, buyer, error=error, status=409)
    if len(together.lines) > store.LINES_MAX:
        text = gettext("A cart holds at most %(most)s plans. Order these first.")
        error = text % {"most": store.LINES_MAX}
        return _render(request, number, buyer, error=error, status=409)
    messages.success(request, gettext("“%(name)s” is in the cart.") % {"name": found.name})
    keep(request, cart, together)
    return HttpResponseRedirect(links.address(viewer, "cart"))


def _cart_for(request: SignedInRequest, buyer: Buyer) -> store.StoredCart:
    """Return the cart, now for the buyer of the page; its plans stay in it and are looked at again."""
    cart = store.read(request.session, request.viewer)
    if buyer.account_id in (None, cart.customer_id):
        return cart
    return store.StoredCart(
        key=cart.key,
        customer_id=buyer.account_id,
        purchase_order=cart.purchase_order,
        promotion_code=cart.promotion_code,
        lines=cart.lines,
    )


def _render(
    request: SignedInRequest, number: int, buyer: Buyer, *, error: str = "", status: int = 200
) -> HttpResponse:
    viewer = request.viewer
    today = order_day(now=request.now)
    found = offer_of(viewer, plan_id=number, buyer=buyer, on_day=today)
    promotion = promised(buyer=buyer, offers=[found], on_day=today).get(found.id)
    rests = found.vendor_id in resting_vendors([found.vendor_id])
    may_order = viewer.can(Capability.MANAGE_SUBSCRIPTIONS)
    rows = _rows(request, promotion.after if promotion else found, buyer, promotion)
    query = {"for": str(buyer.account_id)} if request.GET.get("for") and buyer.account_id else {}
    context = {
        **cart_head(request),
        "offer": found,
        "error": error,
        "number": f"PLN-{found.id}",
        "crumbs": [Link(gettext("Marketplace"), links.address(viewer, "marketplace", **query))],
        "lead": _lead(viewer, buyer),
        "market": buyer.market,
        "columns": _columns(buyer, picks=may_order),
        "rows": rows,
        "chosen": [
            (one, words.unit(one, _SEVERAL), request.POST.get(f"units-{one.id}", "1"))
            for one in found.chosen
        ],
        "measured": [
            (
                one.name if one.name != found.name else gettext("Included"),
                words.included(one, found),
            )
            for one in found.resources
            if one.is_measured
        ],
        "needs": [
            words.offer_need(one, buyer.name)
            for one in needs_of_offer(viewer, buyer=buyer, plan_id=found.id, on_day=today)
        ],
        "questions": _questions(request, vendor_questions(found)) if may_order else [],
        "add_url": links.address(viewer, "cart-add", found.id) if may_order else "",
        "account": buyer.account_id or "",
        "most": QUANTITY_MAX,
        "rests": rests,
        "promotion": promotion.name if promotion else "",
        "cannot": rests or not any(row.can_be_ordered for row in rows),
    }
    return render(request, "screens/marketplace/offer.html", context, status=status)


def _lead(viewer: Viewer, buyer: Buyer) -> str:
    if viewer.panel is Panel.CUSTOMER or buyer.account_id is None:
        return ""
    if buyer.account_id == viewer.account_id:
        return gettext("For your own use, at your price.")
    return gettext("For %(name)s.") % {"name": buyer.name}


def _columns(buyer: Buyer, *, picks: bool) -> list[Column]:
    market = buyer.market
    columns = [Column(gettext("Period") if not picks else gettext("Choose a period"))]
    if market is not None and market.sees_price:
        columns.append(Column(gettext("Price"), 190, numeric=True))
    if market is not None and market.sees_cost:
        columns.append(Column(gettext("Your cost"), 120, numeric=True))
        columns.append(Column(gettext("Margin"), 90, numeric=True))
    return columns


def _rows(
    request: SignedInRequest, found: Offer, buyer: Buyer, promotion: Promised | None
) -> list[PeriodRow]:
    sees_price = buyer.market is not None and buyer.market.sees_price
    usual = next((one.id for one in found.periods if one.is_priced), None)
    chosen = number_in(request.POST.get("period", "")) or usual
    # Without a chain of its own nobody knows yet what the buyer of a seller that only looks can order.
    is_open = buyer.market is None and buyer.account_id is None
    return [
        PeriodRow(
            id=one.id,
            label=words.period(one),
            extras=" · ".join(words.extras(found, one, sees_price=sees_price)),
            price=_price(found, one),
            basis=words.basis(found, one) if found.chosen and not found.is_usage else "",
            cost=words.unit_cost(words.recurring(found, one)),
            margin=words.margin(words.recurring(found, one)),
            was=words.price_before(promotion, one),
            is_chosen=one.id == chosen,
            can_be_ordered=one.is_priced or is_open,
        )
        for one in found.periods
    ]


def _price(found: Offer, one: OfferPeriod) -> str:
    if found.is_usage:
        return gettext("billed by use")
    return words.unit_price(words.recurring(found, one))


def _questions(request: SignedInRequest, asked: tuple[Parameter, ...]) -> list[Question]:
    return [
        Question(
            name=f"asked-{place}",
            asked=one,
            value=request.POST.get(f"asked-{place}", ""),
            options=(("", gettext("Choose…")), *((text, text) for text in one.choices))
            if one.kind is ParameterKind.CHOICE
            else (),
            is_optional=not one.is_required,
        )
        for place, one in enumerate(asked)
    ]
