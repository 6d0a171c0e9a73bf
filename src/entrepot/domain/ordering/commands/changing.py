"""Order something of a subscription that is there: other units, one more term, its end; one order at a time."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from entrepot.domain.ordering.amounts import OrderAmounts
from entrepot.domain.ordering.commands.checks import check_key
from entrepot.domain.ordering.commands.moves import move_all, note_placed
from entrepot.domain.ordering.commands.paying import ask_for_payment, begin_new
from entrepot.domain.ordering.commands.place import lock_key, take_numbers
from entrepot.domain.ordering.errors import OrderConflict, OrderNotPossible
from entrepot.domain.ordering.kinds import OrderKind, number_text
from entrepot.domain.ordering.lifecycle import Code, Trigger
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.ordering.units import Units
from entrepot.domain.ordering.wishes import Ending, NextTerm
from entrepot.domain.resale.models import ChainLink
from entrepot.domain.subscriptions.models import Subscription
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.locks import Space, lock_all
from entrepot.kernel.ids import IdKind


def place_change(
    *,
    subscription_id: int,
    units: Units,
    shown: Bill,
    amounts: OrderAmounts | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Place the order of other units; return its id. The caller holds the subscription's billing state.

    `shown` is what the change was seen to cost at once (below zero: what is given back) and per period, on the sale to
    the buyer; `amounts` the same of all sales. What is billed follows the day on which it is done.
    Raises: OrderNotPossible `order_under_way`.
    """
    with transaction.atomic():
        require_none_open(subscription_id=subscription_id)
        order = _add(
            OrderKind.CHANGE, subscription_id, units.stored, shown, amounts, actor=actor, now=now
        )
        # Workflows are for new orders only; whom it was ordered for may have to be asked nevertheless.
        begin = ask_for_payment if actor.on_behalf_of_id is None else begin_new
        begin([order], actor=actor, now=now)
    return order.pk


def place_renewal(
    *,
    subscription_id: int,
    term: NextTerm,
    shown: Bill,
    amounts: OrderAmounts | None,
    request_key: str,
    now: datetime,
) -> int:
    """Place the order of a further term; return its id. The caller holds the subscription's billing state.

    It waits for approval and payment as new orders do. `shown` and `amounts` as for `place_change`.
    Raises: OrderNotPossible `order_under_way`.
    """
    with transaction.atomic():
        require_none_open(subscription_id=subscription_id)
        order = _add(
            OrderKind.RENEWAL,
            subscription_id,
            term.stored,
            shown,
            amounts,
            request_key=request_key,
            actor=term.by,
            now=now,
        )
        begin_new([order], actor=term.by, now=now)
    return order.pk


def place_cancellation(
    *,
    subscription_id: int,
    ending: Ending,
    shown: Bill,
    amounts: OrderAmounts | None,
    request_key: str,
    number: int,
    now: datetime,
) -> int:
    """Place the order of an end; return its id. The caller holds the subscription's billing state.

    It waits for nobody. Orders under way have to be overtaken before (`overtake_order`); `number` was taken then.
    `shown` and `amounts` as for `place_change`.
    Raises: OrderNotPossible `order_under_way`.
    """
    with transaction.atomic():
        require_none_open(subscription_id=subscription_id)
        order = _add(
            OrderKind.CANCELLATION,
            subscription_id,
            ending.stored,
            shown,
            amounts,
            request_key=request_key,
            number=number,
            actor=ending.by,
            now=now,
        )
        move_all([order], Trigger.ACCEPT, actor=ending.by, now=now)
    return order.pk


def placed_before(*, subscription_id: int, kind: OrderKind, request_key: str) -> int | None:
    """Give the order that a request has made, None if it made none; two requests with one key wait for each other.

    Call it first in the transaction. Raises: OrderInput `order_key_unusable`; OrderConflict `order_key_reused`.
    """
    check_key(request_key)
    tenant_id = Subscription.objects.values_list("tenant_id", flat=True).get(pk=subscription_id)
    lock_all(connection.cursor(), space=Space.ORDER, ids=[lock_key(tenant_id, request_key)])
    known = Order.objects.filter(tenant_id=tenant_id, request_key=request_key).first()
    if known is None:
        return None
    if (known.subscription_id, known.kind) != (subscription_id, kind):
        raise OrderConflict(
            "order_key_reused",
            "{object} was placed with the same request.",
            object=known.number_text,
            next_step="Start a new order.",
        )
    return known.pk


def overtake_order(order: Order, *, by: str, actor: Actor, now: datetime) -> None:
    """End a locked order because the order `by` cancels its subscription, even while a vendor is at it.

    Raises: OrderNotPossible `order_step_impossible`.
    """
    move_all([order], Trigger.OVERTAKE, actor=actor, now=now, comment=by)


def take_cancellation_number(*, subscription_id: int) -> int:
    """Take the number of a cancellation, for the timeline of what it ends before it is placed itself."""
    seller_id = Subscription.objects.values_list("seller_id", flat=True).get(pk=subscription_id)
    return take_numbers(seller_id, OrderKind.CANCELLATION, 1)


def open_order(*, subscription_id: int) -> Order | None:
    """Find the order of a subscription, or of what shall follow it, that is under way; None for none."""
    followers = Subscription.objects.filter(follows_id=subscription_id).values_list("pk", flat=True)
    concerned = [subscription_id, *followers]
    return Order.objects.filter(subscription_id__in=concerned, closed_at=None).first()


def require_none_open(*, subscription_id: int) -> None:
    """Refuse while an order of the subscription, or of what shall follow it, is under way.

    Raises: OrderNotPossible `order_under_way`.
    """
    known = open_order(subscription_id=subscription_id)
    if known is not None:
        raise OrderNotPossible(
            "order_under_way",
            "{order} changes {object} at this moment.",
            object=f"{IdKind.SUBSCRIPTION.value}-{subscription_id}",
            order=known.number_text,
            next_step="Wait until that order is done, or cancel it.",
        )


def _add(
    kind: OrderKind,
    subscription_id: int,
    changes: Mapping[str, Any],
    shown: Bill,
    amounts: OrderAmounts | None,
    *,
    request_key: str = "",
    number: int | None = None,
    actor: Actor,
    now: datetime,
) -> Order:
    """Add an opened order with its number and the first line of its timeline."""
    wide = Subscription.objects.get(pk=subscription_id)
    last = ChainLink.objects.filter(chain_id=wide.chain_id).order_by("-tier").first()
    assert last is not None
    number = take_numbers(wide.seller_id, kind, 1) if number is None else number
    text = number_text(kind, number)
    order = Order.objects.create(
        tenant_id=wide.tenant_id,
        request_key=request_key or f"{wide.seller_id}-{text}",
        place=0,
        kind=kind,
        number=number,
        number_text=text,
        code=Code.OPENED,
        customer_id=wide.customer_id,
        customer_path=wide.customer_path,
        customer_name=wide.customer_name,
        seller_id=wide.seller_id,
        billing_account_id=last.billing_account_id,
        plan_name=wide.plan_name,
        subscription_id=subscription_id,
        is_own=wide.is_own,
        currency=wide.currency,
        first_amount=shown.first,
        period_amount=max(shown.period, Decimal(0)),
        changes=dict(changes),
        amounts=None if amounts is None else amounts.stored,
        purchase_order=wide.purchase_order,
        placed_at=now,
        placed_by=actor.name[:150],
    )
    note_placed([order], actor=actor, now=now)
    return order
