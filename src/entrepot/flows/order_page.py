"""Everything that the page of an order shows: the order, its money, items, and what its vendor does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import PlanPeriod, Resource
from entrepot.domain.ordering.acts import Act, by_right, legal
from entrepot.domain.ordering.amounts import SaleAmounts
from entrepot.domain.ordering.approvals import ApprovalFacts, approval_of, was_rejected
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.notes import NoteRow, notes_of
from entrepot.domain.ordering.queries import OrderRow, Step, order_of, timeline
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.parties import access
from entrepot.domain.parties.acting import acted_as
from entrepot.domain.parties.models import User
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.provisioning.details import OperationFacts, operation_facts
from entrepot.domain.provisioning.queries import CallRow, calls_of
from entrepot.domain.resale.models import ChainLink, Promotion
from entrepot.domain.resale.quotes import QuotedPrice
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.order_prices import ordered_quantities, priced, taken_promotions
from entrepot.flows.orders import order_day
from entrepot.kernel.periods import period_end

_RUNNING = frozenset({PriceKind.RECURRING, PriceKind.OVERUSE, PriceKind.USAGE})
_PROGRAMS = frozenset({"provisioning", "time-out"})


@dataclass(frozen=True, slots=True)
class Item:
    """One resource that was ordered. Price and cost of one are those of the viewer's sale, None if not to be told.

    `before` is how many units there were, None for a new subscription.
    """

    name: str
    unit: Mapping[str, str]
    quantity: Decimal
    before: Decimal | None
    is_measured: bool
    unit_price: Decimal | None
    unit_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class TakenPromotion:
    """A promotion that the order took, in parts per million; `on_cost` is given to the viewer by its own seller.

    Before `renewed_until` it is given to terms that are renewed, too; the first of all days for never.
    """

    name: str
    recurring_ppm: int
    setup_ppm: int
    on_cost: bool
    renewed_until: date


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """What the viewer's own sale of an order takes, without tax.

    `confirmed` is what the order keeps of this sale: as it was shown, or as the day on which it was done made it. Of
    an order that keeps none it is what was shown, on the sale to the buyer only. `price` is what the day on which it
    starts (or started) makes of it, None where a price is missing or the order is done; `cost` is what the viewer pays,
    None for the buyer. `is_seller` tells from which side the viewer sees it. `promotions` are taken off already; where
    the second period begins another term, `later` is what that takes without them, None where nothing changes.
    `asked` is what was shown before it was priced again, None where that is the same.
    """

    currency: str
    is_seller: bool
    confirmed: Bill | None
    price: Bill | None
    cost: Bill | None
    promotions: tuple[TakenPromotion, ...]
    later: Decimal | None = None
    later_cost: Decimal | None = None
    asked: Decimal | None = None

    @property
    def shown(self) -> Bill | None:
        """Give the amounts that count: the confirmed ones where the viewer may see them."""
        return self.confirmed or self.price

    @property
    def is_changed(self) -> bool:
        """Tell whether prices are others now than when it was confirmed."""
        return None not in (self.confirmed, self.price) and self.confirmed != self.price


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order. `acts` are those that this person may take now.

    `version` is the newest line of the timeline; `operation` is None while nobody asked a vendor, and for customers.
    `subscription` is its state, `is_by_us` names the people who may be named: those of the viewer's account and below.
    """

    row: OrderRow
    version: int
    term_months: int
    billing_months: int
    service_icon: str
    subscription: Status
    items: tuple[Item, ...]
    money: OrderMoney | None
    operation: OperationFacts | None
    calls: tuple[CallRow, ...]
    steps: tuple[Step, ...]
    notes: tuple[NoteRow, ...]
    approval: ApprovalFacts | None
    is_rejected: bool
    people: frozenset[str]
    acts: frozenset[Act]


def order_page(viewer: Viewer, *, order_id: int, now: datetime) -> OrderPage:
    """Read the page of an order, in a number of statements that does not depend on it.

    Raises: NoSuchObject for a foreign order as for one that does not exist.
    """
    row = order_of(viewer, order_id=order_id)
    wide = Subscription.objects.get(pk=row.subscription_id)
    period = PlanPeriod.objects.select_related("plan__service").get(pk=wide.plan_period_id)
    steps = timeline(viewer, order_id=order_id)
    approval = approval_of(viewer, order_id=order_id)
    operation = None
    if row.operation_id is not None:
        operation = operation_facts(viewer, operation_id=row.operation_id)
    is_told = operation is not None and viewer.panel is not Panel.CUSTOMER
    on_day = wide.started_on or wide.ended_on or order_day(now=now)
    money, items = (
        _money_and_items(viewer, row, wide, period, on_day=on_day)
        if row.is_for_new
        else _about_running(viewer, row)
    )
    return OrderPage(
        row=row,
        version=steps[-1].id,
        term_months=period.term_months,
        billing_months=period.billing_months,
        service_icon=period.plan.service.icon,
        subscription=wide.status,
        items=items,
        money=money,
        operation=operation if is_told else None,
        calls=calls_of(viewer, operation_id=operation.id) if operation and is_told else (),
        steps=steps,
        notes=notes_of(viewer, order_id=order_id),
        approval=approval,
        is_rejected=was_rejected(order_id=order_id),
        people=_people(viewer, {row.placed_by, *(step.actor for step in steps)}),
        acts=by_right(viewer, row) & _legal(row, operation, approval),
    )


def acts_now(viewer: Viewer, row: OrderRow) -> frozenset[Act]:
    """Tell what a person may do with an order now."""
    number = row.operation_id
    operation = None if number is None else operation_facts(viewer, operation_id=number)
    approval = approval_of(viewer, order_id=row.id)
    return by_right(viewer, row) & _legal(row, operation, approval)


def _legal(
    row: OrderRow, operation: OperationFacts | None, approval: ApprovalFacts | None
) -> frozenset[Act]:
    return legal(
        row,
        is_parked=operation is not None and operation.is_parked,
        may_be_settled_by_hand=operation is not None and operation.may_be_settled_by_hand,
        is_approver=approval is not None and approval.is_mine,
    )


def _people(viewer: Viewer, names: set[str]) -> frozenset[str]:
    """Find who may be named: people of the viewer's account and below, and who acted on its behalf.

    Nobody stands above the provider.
    """
    if viewer.panel is Panel.PROVIDER:
        return frozenset(names)
    known = access.visible(viewer, User).filter(display_name__in=names - _PROGRAMS)
    found = set(known.values_list("display_name", flat=True))
    if any(name.endswith(")") for name in names - found):
        found |= names & acted_as(account_id=viewer.account_id)
    return frozenset(found)


def _about_running(viewer: Viewer, row: OrderRow) -> tuple[OrderMoney | None, tuple[Item, ...]]:
    """Give what an order about a running subscription was seen to cost, and its units.

    What it is billed stands on the invoice.
    """
    units, wish = row.changes, row.term or row.ending
    wanted = wish.quantities if wish else {}
    if units is not None:
        wanted = {units.resource_id: units.quantity}
    names = Resource.objects.in_bulk(list(wanted))
    items = tuple(
        Item(
            name=names[number].name,
            unit=names[number].unit,
            quantity=quantity,
            before=None if units is None else units.before,
            is_measured=names[number].is_measured,
            unit_price=None,
            unit_cost=None,
        )
        for number, quantity in wanted.items()
        if number in names
    )
    asked = row.asked_amount if row.asked_amount != row.first_amount else None
    if row.own is not None:
        own = row.own
        told = asked if row.seller_id == viewer.account_id else None
        return OrderMoney(own.currency, True, own.price, None, own.cost, (), asked=told), items
    confirmed = _confirmed(row)
    if confirmed is None:
        return None, items
    is_seller = viewer.account_id == row.seller_id
    return OrderMoney(row.currency, is_seller, confirmed, None, None, (), asked=asked), items


def _money_and_items(
    viewer: Viewer, row: OrderRow, wide: Subscription, period: PlanPeriod, *, on_day: date
) -> tuple[OrderMoney | None, tuple[Item, ...]]:
    ordered = ordered_quantities(wide)
    names = Resource.objects.in_bulk(list(ordered))
    links = list(
        ChainLink.objects.filter(chain_id=wide.chain_id)
        .select_related("billing_account")
        .order_by("tier")
    )
    sights = access.sight(
        viewer, seller_ids=[link.seller_id for link in links], buyer_id=wide.customer_id
    )
    own = next((k for k, sight in enumerate(sights) if sight.cost), None)
    is_seller = own is not None
    if own is None and row.first_amount is not None:
        own = len(links) - 1
    quoted: Sequence[QuotedPrice] = ()
    money = None
    if own is not None:
        taken = taken_promotions(wide.id)
        today = priced(wide=wide, ordered=ordered, links=links, on_day=on_day, taken=taken)
        quoted = [price for price in today.quoted if price.tier == own + 1]
        sale = None if today.amounts is None else today.amounts.sales[own]
        paid_on = on_day + timedelta(days=row.trial_days)
        money = _money(row, sale, links[own], period, taken, is_seller=is_seller, paid_on=paid_on)
    # Of a price with levels the highest one that the order reaches is shown.
    prices = {
        price.resource_id: price
        for price in quoted
        if price.kind in _RUNNING
        and price.level.units_of(ordered.get(price.resource_id, Decimal(0)))
    }
    return money, tuple(
        Item(
            name=names[number].name,
            unit=names[number].unit,
            quantity=quantity,
            before=None,
            is_measured=names[number].is_measured,
            unit_price=prices[number].unit_price if number in prices else None,
            unit_cost=prices[number].unit_cost if number in prices and is_seller else None,
        )
        for number, quantity in ordered.items()
        if number in names
    )


def _money(
    row: OrderRow,
    today: SaleAmounts | None,
    link: ChainLink,
    period: PlanPeriod,
    taken: Mapping[int, Promotion],
    *,
    is_seller: bool,
    paid_on: date,
) -> OrderMoney:
    """Put together what is kept of the viewer's sale and what the prices of the day make of it."""
    tier = link.tier
    kept = row.own if is_seller else None
    is_last = row.seller_id == link.seller_id
    confirmed = kept.price if kept else _confirmed(row) if is_last else None
    sale = kept or today
    # What a switch costs follows from both plans together, not from the prices of the new one.
    is_open = row.kind is OrderKind.SALES and not (row.is_kept and row.closed_at)
    promotions = {
        one: _taken(taken[one], on_cost=one != tier) for one in (tier, tier - 1) if one in taken
    }
    if not is_seller:
        promotions.pop(tier - 1, None)
    mine, above = promotions.get(tier), promotions.get(tier - 1)
    return OrderMoney(
        currency=link.billing_account.currency,
        is_seller=is_seller,
        confirmed=confirmed,
        price=today.price if today and is_open else None,
        cost=sale.cost if sale and is_seller else None,
        promotions=tuple(promotions.values()),
        later=_later(sale.listed if sale else None, mine, period, paid_on),
        later_cost=_later(sale.listed_cost if sale else None, above, period, paid_on),
        asked=row.asked_amount if is_last and row.asked_amount != row.first_amount else None,
    )


def _taken(found: Promotion, *, on_cost: bool) -> TakenPromotion:
    return TakenPromotion(
        found.name,
        found.recurring_ppm,
        found.setup_ppm,
        on_cost=on_cost,
        renewed_until=(found.valid_to or date.max) if found.on_renewal else date.min,
    )


def _later(
    listed: Bill | None, taken: TakenPromotion | None, period: PlanPeriod, paid_on: date
) -> Decimal | None:
    """Give the second period if it begins a term to which a promotion is not given; None otherwise."""
    if taken is None or listed is None or period.term_months > period.billing_months:
        return None
    renewed = period_end(paid_on, months=period.billing_months, anchor=paid_on.day).natural_end
    return None if renewed < taken.renewed_until else listed.period


def _confirmed(row: OrderRow) -> Bill | None:
    if row.first_amount is None or row.period_amount is None:
        return None
    return Bill(first=row.first_amount, period=row.period_amount)
