"""The cart: units, for whom, the purchase-order number and promotion code, and what first and further bills take."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel
from entrepot.domain.resale.buyers import Buyer, Market
from entrepot.domain.subscriptions.commands.quantities import QUANTITY_MAX
from entrepot.flows.marketplace import see_cart
from entrepot.flows.marketplace_lines import SeenCart, SeenLine
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.home.words import day
from entrepot.web.screens.marketplace import store, words
from entrepot.web.screens.marketplace.asked import buyer_of_cart
from entrepot.web.screens.marketplace.together import Staying, keep, staying, without
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

PURCHASE_ORDER_LENGTH_MAX = 80
_SEVERAL = Decimal(2)


@dataclass(frozen=True, slots=True)
class Units:
    """One number of units that can be changed: the name of its field, what is counted, what was typed."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One plan of the cart; amounts are empty where they are not shown or something is in the way."""

    id: int
    url: str
    name: str
    icon: str
    period: str
    extras: str
    units: tuple[Units, ...]
    problem: str
    first: str
    first_when: str
    each: str
    each_when: str
    cost: str
    margin: str
    savings: tuple[str, ...]
    needed: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The cart of a request: as it is kept, for whom, and as that account would be billed."""

    kept: store.StoredCart
    buyer: Buyer
    seen: SeenCart

    @property
    def sees_price(self) -> bool:
        """Tell whether amounts may be shown."""
        return self.buyer.market is not None and self.buyer.market.sees_price

    @property
    def purchase_order_fault(self) -> str:
        """Say what is wrong with the purchase-order number, empty for nothing."""
        text = self.kept.purchase_order.strip()
        if len(text) <= PURCHASE_ORDER_LENGTH_MAX and text.isprintable():
            return ""
        most = {"most": PURCHASE_ORDER_LENGTH_MAX}
        return gettext("At most %(most)s visible characters. Shorten it.") % most

    @property
    def can_be_ordered(self) -> bool:
        """Tell whether nothing is in the way of the orders."""
        return (
            self.buyer.account_id is not None
            and self.seen.can_be_ordered
            and not self.purchase_order_fault
        )


def open_cart(request: SignedInRequest, kept: store.StoredCart) -> Opened:
    """Look at a cart."""
    viewer = request.viewer
    buyer = buyer_of_cart(viewer, kept)
    seen = see_cart(
        viewer,
        buyer=buyer,
        lines=kept.lines,
        now=request.now,
        promotion_code=kept.promotion_code,
    )
    return Opened(kept, buyer, seen)


@screen(Capability.MANAGE_SUBSCRIPTIONS)
def cart(request: SignedInRequest) -> HttpResponse:
    """Show the cart."""
    return show(request, open_cart(request, store.read(request.session, request.viewer)))


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("POST",))
def change(request: SignedInRequest) -> HttpResponse:
    """Take over what was typed, and show the cart with its new amounts."""
    kept = store.read(request.session, request.viewer)
    posted = request.POST.dict()
    if stays := staying(request, kept, posted):
        typed = store.changed(kept, {**posted, "remove": ""})
        store.write(request.session, request.viewer, typed)
        kept = store.read(request.session, request.viewer)
        return show(request, open_cart(request, kept), stays=stays, status=409)
    keep(request, without(request, store.changed(kept, posted), posted))
    return HttpResponseRedirect(links.address(request.viewer, "cart"))


def show(
    request: SignedInRequest,
    opened: Opened,
    *,
    notice: str = "",
    stays: Staying | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of the cart, with a notice above it if there is one."""
    viewer, seen, market = request.viewer, opened.seen, opened.buyer.market
    context = {
        "crumbs": [Link(gettext("Marketplace"), links.address(viewer, "marketplace"))],
        "cart": opened.kept,
        "stays": stays,
        "notices": [notice] if notice else _notices(opened),
        "columns": _columns(market, sees_price=opened.sees_price),
        "rows": [_row(request, one, market) for one in seen.lines],
        "sees_price": opened.sees_price,
        "sees_cost": market is not None and market.sees_cost,
        "blocked": not opened.can_be_ordered,
        "is_marked": bool(opened.purchase_order_fault)
        or seen.code_refusal is not None
        or any(one.problem for one in opened.seen.lines),
        "fault": opened.purchase_order_fault,
        "code_fault": seen.code_refusal.text(translate=gettext) if seen.code_refusal else "",
        "code_note": _code_note(opened),
        "length_max": PURCHASE_ORDER_LENGTH_MAX,
        "most": QUANTITY_MAX,
        "customer_name": opened.buyer.name,
        "chooses": viewer.panel is not Panel.CUSTOMER,
        "choose_url": links.address(viewer, "cart-customer"),
        "markets": _markets(opened.buyer),
        "chain": str(market.chain_id) if market else "",
        "change_url": links.address(viewer, "cart-change"),
        "order_url": links.address(viewer, "cart-order"),
        "market_url": links.address(viewer, "marketplace"),
        **totals(opened),
    }
    return render(request, "screens/marketplace/cart.html", context, status=status)


def totals(opened: Opened) -> Mapping[str, object]:
    """Word the sums of a cart, for its page and its confirmations; empty for who sees no prices."""
    seen, market = opened.seen, opened.buyer.market
    currency = market.currency if market else ""
    first, cost = words.amounts(seen.first, currency)
    button = gettext("Order for %(amount)s") % {"amount": first}
    return {
        "total": first,
        "total_cost": cost,
        "total_margin": words.share(seen.first),
        "later": words.money(seen.later, currency) if seen.later else "",
        "each": [
            (words.each(months), words.money(amount, currency))
            for months, amount in seen.each.items()
        ],
        "confirmed": _plain(seen.first.price if seen.first else None),
        "seen_before": [
            (one.line.id, _plain(one.first.price)) for one in seen.lines if one.first is not None
        ],
        "order_label": button if first else gettext("Place the order"),
    }


def _plain(amount: Decimal | None) -> str:
    """Write an amount as forms send it back."""
    return "" if amount is None else f"{amount:f}"


def _notices(opened: Opened) -> list[str]:
    """Say what is in the way of the whole cart."""
    texts = []
    if opened.seen.refusal is not None:
        texts.append(opened.seen.refusal.text(translate=gettext))
    if opened.buyer.account_id is not None and opened.buyer.market is None:
        texts.append(
            gettext("This account is not billed by anybody yet. Its seller opens that first.")
        )
    return texts


def _code_note(opened: Opened) -> str:
    """Say what the code does: where it counts, or that it counts for another sale than the one that is shown."""
    seen = opened.seen
    if not opened.kept.promotion_code or seen.code_refusal or seen.confirmed is None:
        return ""
    names = {one.name for line in seen.lines for one in line.savings if one.by_code}
    if names:
        return gettext("Applied: %(name)s.") % {"name": ", ".join(sorted(names))}
    return gettext("The code is valid. It changes none of the amounts that you see.")


def _markets(buyer: Buyer) -> list[tuple[str, str]]:
    """Offer the chains of an account that has several."""
    if len(buyer.markets) < 2:
        return []
    return [(str(one.chain_id), f"{one.name}, {one.currency}") for one in buyer.markets]


def _columns(market: Market | None, *, sees_price: bool) -> list[Column]:
    columns = [Column(gettext("Plan")), Column(gettext("Units"), 160)]
    if sees_price:
        columns.append(Column(gettext("First bill"), 200, numeric=True))
        columns.append(Column(gettext("Then"), 190, numeric=True))
    if market is not None and market.sees_cost:
        columns.append(Column(gettext("Your cost"), 120, numeric=True))
    columns.append(Column(gettext("Remove"), 64, hidden_label=True))
    return columns


def _row(request: SignedInRequest, seen: SeenLine, market: Market | None) -> Row:
    currency = market.currency if market else ""
    offer, period, line = seen.offer, seen.period, seen.line
    first, cost = words.amounts(seen.first, currency)
    each, _ = words.amounts(seen.each, currency)
    labels = {one.id: words.unit(one, _SEVERAL) for one in offer.chosen} if offer else {}
    months = period.billing_months if period else 1
    return Row(
        id=line.id,
        url=links.address(request.viewer, "offer", offer.id) if offer else "",
        name=offer.name if offer else line.name,
        icon=offer.icon if offer else "package-x",
        period=words.period(period) if period else "",
        extras=_extras(seen, sees_price=market is not None and market.sees_price),
        units=tuple(
            Units(f"units-{line.id}-{number}", labels.get(number, gettext("Units")), text)
            for number, text in line.quantities.items()
        ),
        problem=words.problem(seen),
        first=first,
        first_when=_first_when(seen),
        each=each,
        each_when=_from(words.each(months), seen) if each else "",
        cost=cost,
        margin=words.share(seen.first),
        savings=tuple(words.saving(one, currency) for one in seen.savings),
        needed=words.needed(seen),
    )


def _extras(seen: SeenLine, *, sees_price: bool) -> str:
    if seen.offer is None or seen.period is None:
        return ""
    asked = [text for text in seen.line.parameters.values() if text and text != "on"]
    return " · ".join([*words.extras(seen.offer, seen.period, sees_price=sees_price), *asked])


def _first_when(seen: SeenLine) -> str:
    if seen.paid_from is None or seen.period is None:
        return ""
    when = {"day": day(seen.paid_from, "short")}
    if seen.period.trial_days:
        return gettext("after the trial, %(day)s") % when
    return gettext("from %(day)s") % when


def _from(each: str, seen: SeenLine) -> str:
    if seen.next_on is None:
        return each
    return gettext("%(each)s from %(day)s") % {"each": each, "day": day(seen.next_on, "short")}
