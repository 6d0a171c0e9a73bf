"""Estimate a cart and turn it into orders: what was confirmed is what is ordered, once."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.ledger.models import Balance
from entrepot.domain.ordering.commands.moves import move, note
from entrepot.domain.ordering.errors import OrderConflict, OrderInput, OrderNotPossible
from entrepot.domain.ordering.kinds import OrderKind, number_text
from entrepot.domain.ordering.lifecycle import Code, Trigger
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.rules import Bill, PricedItem, bill_of, is_within_credit
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import BillingAccount, ChainLink
from entrepot.domain.resale.quotes import QuotedPrice, quote_prices
from entrepot.domain.subscriptions.commands import add_subscription
from entrepot.domain.subscriptions.models import Subscription
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import IdKind

LINES_MAX = 50
KEY_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class Line:
    """One plan of a cart: the period, units by resource id, and what the vendor wants to know."""

    plan_period_id: int
    quantities: Mapping[int, Decimal]
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cart:
    """What somebody orders for an account; `chain_id` None is its only chain, 1 to 50 lines."""

    customer_id: int
    lines: Sequence[Line]
    chain_id: int | None = None
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class EstimatedLine:
    """What one line is billed on each tier, by tier; the last one is the customer's."""

    plan_name: str
    trial_days: int
    bills: Mapping[int, Bill]
    costs: Mapping[int, Bill]
    currencies: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a cart is billed without tax, in the currency of the last sale; `tiers` sellers stand above the customer."""

    lines: tuple[EstimatedLine, ...]
    tiers: int
    currency: str
    total: Bill

    @property
    def is_free(self) -> bool:
        """Tell whether it costs nothing though nothing of it is a trial: such an order is confirmed once more."""
        return self.total.first == 0 and not any(line.trial_days for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Placing:
    request_key: str
    account: BillingAccount
    actor: Actor
    now: datetime
    on_day: date


def estimate(cart: Cart, *, on_day: date) -> Estimate:
    """Work out what a cart would be billed if it were ordered and delivered on a day.

    Raises: NoSuchObject; OrderInput `order_empty`, `order_too_long`; OrderNotPossible `order_price_missing`.
    """
    _check_length(cart.lines)
    return _estimate(cart, _links(cart), on_day=on_day)


def _estimate(cart: Cart, links: Sequence[ChainLink], *, on_day: date) -> Estimate:
    lines = tuple(_estimated(line, links=links, on_day=on_day) for line in cart.lines)
    last = len(links)
    return Estimate(
        lines=lines,
        tiers=last,
        currency=links[-1].billing_account.currency,
        total=Bill(
            first=sum((line.bills[last].first for line in lines), Decimal(0)),
            period=sum((line.bills[last].period for line in lines), Decimal(0)),
        ),
    )


def place_orders(
    cart: Cart,
    *,
    request_key: str,
    confirmed: Decimal,
    is_free_confirmed: bool = False,
    actor: Actor,
    now: datetime,
    on_day: date,
) -> list[int]:
    """Place one order for each line of a cart; return their ids in the order of the lines.

    The same `request_key` (1 to 64 characters) again gives the orders that it made. `confirmed` is the first amount
    that the person has seen. Orders within the credit limit may be provisioned (PD), others wait for payment (WP).
    Raises: NoSuchObject; OrderInput; OrderConflict `order_price_changed`, `order_key_reused`; OrderNotPossible
    `order_zero_unconfirmed`, `order_price_missing`; what `add_subscription` raises.
    """
    _check_length(cart.lines)
    _check_key(request_key)
    with transaction.atomic():
        customer = _customer(cart.customer_id)
        lock_all(
            connection.cursor(), space=Space.ORDER, ids=[_lock_key(customer.tenant_id, request_key)]
        )
        known = Order.objects.filter(tenant_id=customer.tenant_id, request_key=request_key)
        if placed := list(known.order_by("place")):
            _require_same(placed, cart, confirmed=confirmed)
            return [order.id for order in placed]
        links = _links(cart)
        seen = _estimate(cart, links, on_day=on_day)
        _require_confirmed(seen, confirmed=confirmed, is_free_confirmed=is_free_confirmed)
        account = links[-1].billing_account
        placing = _Placing(request_key, account, actor, now, on_day)
        orders = _add(cart, seen, placing)
        _ask_for_payment(orders, account=account, actor=actor, now=now)
    return [order.id for order in orders]


def _add(cart: Cart, seen: Estimate, placing: _Placing) -> list[Order]:
    """Add the subscriptions, ordered and not started, and their orders with numbers."""
    account, actor, now = placing.account, placing.actor, placing.now
    subscriptions = [
        add_subscription(
            customer_id=cart.customer_id,
            plan_period_id=line.plan_period_id,
            quantities=line.quantities,
            on_day=placing.on_day,
            actor=actor,
            now=now,
            chain_id=cart.chain_id,
            purchase_order=cart.purchase_order,
        )
        for line in cart.lines
    ]
    first = _take_numbers(account.seller_id, OrderKind.SALES, len(subscriptions))
    wides = Subscription.objects.in_bulk(subscriptions)
    orders = [
        Order(
            tenant_id=account.tenant_id,
            request_key=placing.request_key,
            place=place,
            kind=OrderKind.SALES,
            number=first + place,
            number_text=number_text(OrderKind.SALES, first + place),
            code=Code.OPENED,
            customer_id=cart.customer_id,
            customer_path=wides[number].customer_path,
            customer_name=wides[number].customer_name,
            seller_id=account.seller_id,
            billing_account_id=account.id,
            plan_name=wides[number].plan_name,
            subscription_id=number,
            is_own=wides[number].is_own,
            currency=account.currency,
            first_amount=shown.bills[seen.tiers].first,
            period_amount=shown.bills[seen.tiers].period,
            trial_days=shown.trial_days,
            parameters=dict(line.parameters),
            purchase_order=wides[number].purchase_order,
            placed_at=now,
            placed_by=actor.name[:150],
        )
        for place, (line, shown, number) in enumerate(
            zip(cart.lines, seen.lines, subscriptions, strict=True)
        )
    ]
    Order.objects.bulk_create(orders)
    for order in orders:
        note(order, before=None, trigger=None, actor=actor, now=now)
    return orders


def _ask_for_payment(
    orders: Sequence[Order], *, account: BillingAccount, actor: Actor, now: datetime
) -> None:
    """Let orders within the credit limit go on, oldest first; one at a time decides for one account."""
    limit = BillingAccount.objects.select_for_update().get(pk=account.pk).credit_limit
    balance = Balance.objects.filter(pk=account.pk).first()
    owed = balance.receivable - balance.account_credit if balance else Decimal(0)
    ids = [order.id for order in orders]
    others = Order.objects.filter(billing_account_id=account.pk, closed_at=None).exclude(pk__in=ids)
    ordered: Decimal = others.aggregate(sum=Sum("first_amount"))["sum"] or Decimal(0)
    for order in orders:
        fits = is_within_credit(limit=limit, owed=owed, ordered=ordered, amount=order.first_amount)
        move(order, Trigger.ACCEPT if fits else Trigger.ASK_PAYMENT, actor=actor, now=now)
        ordered += order.first_amount


def _customer(customer_id: int) -> Account:
    customer = Account.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{customer_id}")
    return customer


def _links(cart: Cart) -> list[ChainLink]:
    """Read the chain of a cart from the provider's sale down; `add_subscription` says what is wrong with chains."""
    links = ChainLink.objects.filter(chain__customer_id=cart.customer_id)
    if cart.chain_id is not None:
        links = links.filter(chain_id=cart.chain_id)
    every = list(links.select_related("billing_account").order_by("chain_id", "tier"))
    found = [link for link in every if link.chain_id == every[0].chain_id]
    if not found:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{cart.customer_id}")
    return found


def _estimated(line: Line, *, links: Sequence[ChainLink], on_day: date) -> EstimatedLine:
    period = PlanPeriod.objects.select_related("plan").filter(pk=line.plan_period_id).first()
    if period is None:
        raise NoSuchObject(object="plan period")
    quoted = quote_prices(
        chain_id=links[0].chain_id,
        plan_period_id=period.id,
        tiers=len(links),
        on_day=on_day,
    )
    charged = [
        row.resource_id
        for row in PlanResource.objects.filter(plan_id=period.plan_id).select_related("resource")
        if line.quantities.get(row.resource_id) and not row.resource.is_measured
    ]
    _require_prices(quoted, charged=charged, tiers=len(links), plan=period.plan)
    exponents = {link.tier: link.billing_account.exponent for link in links}
    sold = {(p.tier, p.resource_id, p.kind): p.unit_price or Decimal(0) for p in quoted}
    bought = {(p.tier, p.resource_id, p.kind): p.unit_cost or Decimal(0) for p in quoted}
    return EstimatedLine(
        plan_name=period.plan.name,
        trial_days=period.trial_days,
        bills={tier: _bill(line, sold, tier, exponents[tier]) for tier in exponents},
        costs={tier: _bill(line, bought, tier, exponents[tier]) for tier in exponents},
        currencies={link.tier: link.billing_account.currency for link in links},
    )


def _bill(
    line: Line, prices: Mapping[tuple[int, int, PriceKind], Decimal], tier: int, exponent: int
) -> Bill:
    def price(resource: int, kind: PriceKind) -> Decimal:
        return prices.get((tier, resource, kind), Decimal(0))

    resources = {resource for at, resource, _kind in prices if at == tier}
    return bill_of(
        [
            PricedItem(
                quantity=line.quantities.get(resource, Decimal(0)),
                recurring=price(resource, PriceKind.RECURRING),
                setup=price(resource, PriceKind.SETUP),
            )
            for resource in sorted(resources)
            if line.quantities.get(resource)
        ],
        exponent=exponent,
    )


def _require_prices(
    quoted: Sequence[QuotedPrice], *, charged: Sequence[int], tiers: int, plan: Plan
) -> None:
    kind = PriceKind.USAGE if plan.is_usage else PriceKind.RECURRING
    priced = {(p.tier, p.resource_id) for p in quoted if p.kind is kind and p.problem is None}
    missing = [(t, r) for t in range(1, tiers + 1) for r in charged if (t, r) not in priced]
    if missing:
        raise OrderNotPossible(
            "order_price_missing",
            "{object} has no price yet on every step to this customer.",
            object=f"{IdKind.PLAN.value}-{plan.id}",
            next_step="Set a price or a margin rule, or add the exchange rate.",
        )


def _require_confirmed(seen: Estimate, *, confirmed: Decimal, is_free_confirmed: bool) -> None:
    if seen.total.first != confirmed:
        raise OrderConflict(
            "order_price_changed",
            "The order costs {amount} {currency} now.",
            object="order",
            next_step="Look at the new amounts and confirm them.",
            amount=seen.total.first,
            currency=seen.currency,
        )
    if seen.is_free and not is_free_confirmed:
        raise OrderNotPossible(
            "order_zero_unconfirmed",
            "The order costs nothing.",
            object="order",
            next_step="Confirm that this is meant.",
        )


def _require_same(placed: Sequence[Order], cart: Cart, *, confirmed: Decimal) -> None:
    periods = Subscription.objects.in_bulk([order.subscription_id for order in placed])
    before = [(o.customer_id, periods[o.subscription_id].plan_period_id) for o in placed]
    is_same = before == [(cart.customer_id, line.plan_period_id) for line in cart.lines]
    # Other quantities cost something else.
    if not is_same or sum(order.first_amount for order in placed) != confirmed:
        raise OrderConflict(
            "order_key_reused",
            "{object} was placed with the same request.",
            object=placed[0].number_text,
            next_step="Start a new order.",
        )


def _take_numbers(seller_id: int, kind: OrderKind, count: int) -> int:
    """Take consecutive numbers of a seller; return the first. They have no gaps unless an order is rolled back."""
    with connection.cursor() as cursor:
        take = statement("entrepot.domain.ordering", "take_numbers")
        ((last,),) = take.rows(cursor, seller_id=seller_id, kind=kind.value, count=count)
    return int(last) - count + 1


def _check_length(lines: Sequence[Line]) -> None:
    if not lines:
        raise OrderInput(
            "order_empty",
            "Nothing is in the cart.",
            field="lines",
            next_step="Choose a plan first.",
        )
    if len(lines) > LINES_MAX:
        raise OrderInput(
            "order_too_long",
            "A cart holds at most {most} plans.",
            field="lines",
            next_step="Place two orders.",
            most=LINES_MAX,
        )


def _check_key(key: str) -> None:
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise OrderInput(
            "order_key_unusable",
            "The request has no usable key.",
            field="request_key",
            next_step="Open the cart again.",
        )


def _lock_key(tenant_id: int, key: str) -> int:
    """Return a number that the same request of the same tenant always has; others rarely share it."""
    return zlib.crc32(f"{tenant_id}.{key}".encode()) - 2**31
