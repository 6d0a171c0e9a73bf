"""Turn a cart into orders: what was confirmed is what is ordered, once."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from entrepot.domain.ordering.amounts import OrderAmounts, SaleAmounts
from entrepot.domain.ordering.cart import Cart, Estimate, EstimatedLine
from entrepot.domain.ordering.commands.checks import (
    KnownOrder,
    check_key,
    check_length,
    require_confirmed,
    require_same,
)
from entrepot.domain.ordering.commands.estimating import estimate_sale, sale_of
from entrepot.domain.ordering.commands.moves import note_placed
from entrepot.domain.ordering.commands.paying import begin_new
from entrepot.domain.ordering.kinds import OrderKind, number_text
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.subscriptions.commands import Wanted, add_subscriptions
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.promotions import take_promotions
from entrepot.domain.subscriptions.sale import Sale
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.ordering"


@dataclass(frozen=True, slots=True)
class _Placing:
    request_key: str
    sale: Sale
    actor: Actor
    now: datetime
    on_day: date


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
    The number of statements does not depend on the number of lines.
    Raises: NoSuchObject; OrderInput; OrderConflict `order_price_changed`, `order_key_reused`; OrderNotPossible
    `order_zero_unconfirmed`, `order_price_missing`; what `find_promotions` and `add_subscriptions` raise.
    """
    check_length(cart.lines)
    check_key(request_key)
    with transaction.atomic():
        sale = sale_of(cart, keep_buyer=True)
        key = lock_key(sale.tenant_id, request_key)
        lock_all(connection.cursor(), space=Space.ORDER, ids=[key])
        if placed := _known(sale.tenant_id, request_key):
            require_same(placed, cart, confirmed=confirmed)
            return [order.id for order in placed]
        seen = estimate_sale(cart, sale, on_day=on_day)
        require_confirmed(seen, confirmed=confirmed, is_free_confirmed=is_free_confirmed)
        subscriptions = add_subscriptions(
            sale=sale,
            wanted=[Wanted(line.plan_period_id, line.quantities) for line in cart.lines],
            on_day=on_day,
            actor=actor,
            now=now,
            purchase_order=cart.purchase_order,
            follows_id=cart.follows_id,
        )
        taken = {
            wide.pk: line.promotions for wide, line in zip(subscriptions, seen.lines, strict=True)
        }
        take_promotions(sale=sale, taken=taken)
        orders = _add(cart, seen, subscriptions, _Placing(request_key, sale, actor, now, on_day))
        begin_new(orders, actor=actor, now=now)
    return [order.id for order in orders]


def _add(
    cart: Cart, seen: Estimate, subscriptions: Sequence[Subscription], placing: _Placing
) -> list[Order]:
    """Add the orders of subscriptions that are ordered and not started, with numbers."""
    seller = placing.sale.last
    kind = OrderKind.SALES if cart.follows_id is None else OrderKind.CHANGE
    first = take_numbers(seller.seller_id, kind, len(subscriptions))
    orders = [
        Order(
            tenant_id=placing.sale.tenant_id,
            request_key=placing.request_key,
            place=place,
            kind=kind,
            number=first + place,
            number_text=number_text(kind, first + place),
            code=Code.OPENED,
            customer_id=cart.customer_id,
            customer_path=wide.customer_path,
            customer_name=wide.customer_name,
            seller_id=seller.seller_id,
            billing_account_id=seller.billing_account_id,
            plan_name=wide.plan_name,
            subscription_id=wide.pk,
            is_own=wide.is_own,
            currency=seller.currency,
            first_amount=shown.bills[seen.tiers].first,
            period_amount=shown.bills[seen.tiers].period,
            amounts=_amounts(shown, placing).stored,
            trial_days=shown.trial_days,
            parameters=dict(line.parameters),
            purchase_order=wide.purchase_order,
            placed_at=placing.now,
            placed_by=placing.actor.name[:150],
        )
        for place, (line, shown, wide) in enumerate(
            zip(cart.lines, seen.lines, subscriptions, strict=True)
        )
    ]
    Order.objects.bulk_create(orders)
    note_placed(orders, actor=placing.actor, now=placing.now)
    return orders


def _amounts(shown: EstimatedLine, placing: _Placing) -> OrderAmounts:
    """Give what a line takes on each sale, as the order keeps it."""
    return OrderAmounts(
        placing.on_day,
        [
            SaleAmounts(
                tier=one.tier,
                seller_id=one.seller_id,
                currency=one.currency,
                price=shown.bills[one.tier],
                cost=shown.costs[one.tier],
                listed=shown.listed.get(one.tier),
                listed_cost=shown.listed_costs.get(one.tier),
            )
            for one in placing.sale.tiers
        ],
    )


def _known(tenant_id: int, request_key: str) -> list[KnownOrder]:
    rows = prepared_rows(
        statement(_PACKAGE, "known_orders"), tenant_id=tenant_id, request_key=request_key
    )
    return [KnownOrder(*row) for row in rows]


def take_numbers(seller_id: int, kind: OrderKind, count: int) -> int:
    """Take consecutive numbers of a seller; return the first. They have no gaps unless an order is rolled back."""
    take = statement(_PACKAGE, "take_numbers")
    ((last,),) = prepared_rows(take, seller_id=seller_id, kind=kind.value, count=count)
    return int(last) - count + 1


def lock_key(tenant_id: int, key: str) -> int:
    """Return a number that the same request of the same tenant always has; others rarely share it."""
    return zlib.crc32(f"{tenant_id}.{key}".encode()) - 2**31
