"""Everything that the page of an order shows: the order, its money, items, and what its vendor does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import PlanPeriod, Resource
from entrepot.domain.ordering.acts import Act, by_right, legal
from entrepot.domain.ordering.approvals import ApprovalFacts, approval_of, was_rejected
from entrepot.domain.ordering.commands.estimating import bill_of_quotes
from entrepot.domain.ordering.notes import NoteRow, notes_of
from entrepot.domain.ordering.queries import OrderRow, Step, order_of, timeline
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.parties import access
from entrepot.domain.parties.models import User
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.provisioning.details import OperationFacts, operation_facts
from entrepot.domain.provisioning.queries import CallRow, calls_of
from entrepot.domain.resale.models import ChainLink, Promotion
from entrepot.domain.resale.quotes import QuotedPrice, quote_prices
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import (
    PromotionTaken,
    Subscription,
    SubscriptionEvent,
)
from entrepot.flows.orders import order_day
from entrepot.kernel.money import exponent
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

    `confirmed` is what was shown when it was placed, on the sale to the buyer only. `price` is what the day on which
    it starts (or started) makes of it, `cost` what the viewer pays for that; None where a price is missing, or for
    the buyer's cost. `is_seller` tells from which side the viewer sees it. `promotions` are taken off already;
    where the second period begins another term, `later` is what that takes without them, None where nothing changes.
    """

    currency: str
    is_seller: bool
    confirmed: Bill | None
    price: Bill | None
    cost: Bill | None
    promotions: tuple[TakenPromotion, ...]
    later: Decimal | None = None
    later_cost: Decimal | None = None

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
    """Find who may be named: people of the viewer's account and below; nobody stands above the provider."""
    if viewer.panel is Panel.PROVIDER:
        return frozenset(names)
    known = access.visible(viewer, User).filter(display_name__in=names - _PROGRAMS)
    return frozenset(known.values_list("display_name", flat=True))


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
    if row.own is not None:
        own = row.own
        return OrderMoney(own.currency, True, own.price, None, own.cost, ()), items
    confirmed = _confirmed(row)
    if confirmed is None:
        return None, items
    is_seller = viewer.account_id == row.seller_id
    return OrderMoney(row.currency, is_seller, confirmed, None, None, ()), items


def _money_and_items(
    viewer: Viewer, row: OrderRow, wide: Subscription, period: PlanPeriod, *, on_day: date
) -> tuple[OrderMoney | None, tuple[Item, ...]]:
    ordered = _ordered(wide)
    names = Resource.objects.in_bulk(list(ordered))
    charged = {n: q for n, q in ordered.items() if q and n in names and not names[n].is_measured}
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
        tier = own + 1
        quoted = [
            price
            for price in quote_prices(
                chain_id=links[0].chain_id,
                plan_period_id=wide.plan_period_id,
                tiers=len(links),
                on_day=on_day,
            )
            if price.tier == tier
        ]
        currency = links[own].billing_account.currency
        is_last = tier == len(links)
        paid_on = on_day + timedelta(days=row.trial_days)
        taken = _taken(wide.id, tier=tier, is_seller=is_seller)
        money = OrderMoney(
            currency=currency,
            is_seller=is_seller,
            confirmed=_confirmed(row) if is_last else None,
            price=_bill(quoted, charged, "unit_price", currency, taken.get(tier)),
            cost=_bill(quoted, charged, "unit_cost", currency, taken.get(tier - 1))
            if is_seller
            else None,
            promotions=tuple(taken.values()),
            later=_later(quoted, charged, "unit_price", currency, taken.get(tier), period, paid_on),
            later_cost=_later(
                quoted, charged, "unit_cost", currency, taken.get(tier - 1), period, paid_on
            )
            if is_seller
            else None,
        )
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


def _taken(subscription_id: int, *, tier: int, is_seller: bool) -> Mapping[int, TakenPromotion]:
    """Give the promotions of the viewer's sale, and for sellers of what they pay, by tier; two statements at most."""
    rows = PromotionTaken.objects.filter(
        subscription_id=subscription_id, tier__in=[tier, tier - 1] if is_seller else [tier]
    )
    numbers = dict(rows.values_list("tier", "promotion_id"))
    known = Promotion.objects.in_bulk(list(numbers.values())) if numbers else {}
    return {
        one: TakenPromotion(
            found.name,
            found.recurring_ppm,
            found.setup_ppm,
            on_cost=one != tier,
            renewed_until=(found.valid_to or date.max) if found.on_renewal else date.min,
        )
        for one, number in sorted(numbers.items(), reverse=True)
        if (found := known.get(number)) is not None
    }


def _later(
    quoted: Sequence[QuotedPrice],
    charged: Mapping[int, Decimal],
    field: str,
    currency: str,
    taken: TakenPromotion | None,
    period: PlanPeriod,
    paid_on: date,
) -> Decimal | None:
    """Work out the second period if it begins a term to which a promotion is not given; None otherwise."""
    if taken is None or period.term_months > period.billing_months:
        return None
    renewed = period_end(paid_on, months=period.billing_months, anchor=paid_on.day).natural_end
    if renewed < taken.renewed_until:
        return None
    bill = _bill(quoted, charged, field, currency, None)
    return bill.period if bill else None


def _ordered(wide: Subscription) -> Mapping[int, Decimal]:
    """Read what was ordered, by resource, as the subscription's history keeps it: later changes are not its."""
    event = SubscriptionEvent.objects.filter(subscription_id=wide.id, kind="ordered").first()
    facts: Mapping[str, Any] = event.facts if event is not None else {}
    return {
        int(number): Decimal(quantity) for number, quantity in facts.get("quantities", {}).items()
    }


def _confirmed(row: OrderRow) -> Bill | None:
    if row.first_amount is None or row.period_amount is None:
        return None
    return Bill(first=row.first_amount, period=row.period_amount)


def _bill(
    quoted: Sequence[QuotedPrice],
    charged: Mapping[int, Decimal],
    field: str,
    currency: str,
    taken: TakenPromotion | None,
) -> Bill | None:
    """Work out what the items take at quoted prices or costs; None while one of them has none."""
    known = [price for price in quoted if price.problem is None]
    priced = {price.resource_id for price in known if price.kind in _RUNNING}
    if not set(charged) <= priced:
        return None
    return bill_of_quotes(
        known,
        charged,
        is_cost=field == "unit_cost",
        exponent=exponent(currency),
        promoted=taken,
    )
