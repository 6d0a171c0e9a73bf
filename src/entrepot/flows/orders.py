"""Selling: place orders, have the vendor make what they ask for, start the subscription when it is there.

Provisioning does not know what an order is: its operations carry `order N` as their cause, and its events come back
here (`flows/wiring.py`). Each reaction runs in the transaction of what it reacts to.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from entrepot.domain.ordering import commands as ordering
from entrepot.domain.ordering.commands import Cart, Estimate, estimate
from entrepot.domain.ordering.commands.moves import locked, locked_all
from entrepot.domain.ordering.events import OrdersMoved
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import FINAL, Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operations,
)
from entrepot.domain.provisioning.commands.people import resubmit, withdraw
from entrepot.domain.provisioning.events import (
    ProvisioningDone,
    ProvisioningEnded,
    ProvisioningParked,
)
from entrepot.domain.provisioning.kinds import Action
from entrepot.domain.provisioning.moves import locked as locked_operations
from entrepot.domain.provisioning.queries import is_open
from entrepot.domain.provisioning.results import Wanted, product_at, read_units
from entrepot.domain.subscriptions.commands import (
    activate_subscriptions,
    drop_ordered,
    follow_subscription,
)
from entrepot.flows.order_changes import change_request, deliver_change
from entrepot.flows.order_repricing import change_amounts, keep, price_again
from entrepot.flows.order_terms import deliver_wish
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement
from entrepot.kernel.errors import DomainError

_CAUSE = "order "
_WISHES = frozenset({OrderKind.RENEWAL, OrderKind.CANCELLATION})
_PROVISIONING = Actor(user_id=None, name="provisioning", channel="task")


def order_day(*, now: datetime) -> date:
    """Return the day on which something that is delivered now starts: today, or the business date while it is earlier.

    A demo world lives in its own past; there nothing may start in a future that billing has not reached.
    """
    ((zone, billed),) = prepared_rows(statement("entrepot.flows", "order_day"))
    today = now.astimezone(ZoneInfo(zone or "UTC")).date()
    return today if billed is None else min(today, billed + timedelta(days=1))


def estimate_order(cart: Cart, *, now: datetime) -> Estimate:
    """Work out what a cart would be billed if it were delivered now; see `ordering.estimate`."""
    return estimate(cart, on_day=order_day(now=now))


def place_order(
    cart: Cart,
    *,
    request_key: str,
    confirmed: Decimal,
    is_free_confirmed: bool = False,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Place the orders of a cart, and ask the vendors for those that may go on; return their ids.

    See `ordering.place_orders`; what goes on is decided by `begin_orders`, which reacts to every accepted order.
    """
    return ordering.place_orders(
        cart,
        request_key=request_key,
        confirmed=confirmed,
        is_free_confirmed=is_free_confirmed,
        actor=actor,
        now=now,
        on_day=order_day(now=now),
    )


def begin_orders(event: OrdersMoved) -> None:
    """Ask vendors for what accepted orders want; for a vendor without a connector there is nothing to make.

    Raises: ProvisioningRefused `connector_inactive` while a vendor's connector rests: then nothing is ordered.
    """
    if event.after is not Code.PAYMENT_DONE:
        return
    every = locked_all(event.order_ids)
    _deliver([order for order in every if order.kind in _WISHES], now=event.at)
    _begin_changes([order for order in every if _wants_units(order)], now=event.at)
    orders = [order for order in every if order.changes is None]
    if not orders:
        return
    read = statement("entrepot.flows", "what_orders_want")
    wishes = {
        number: _Wish(*facts)
        for number, *facts in prepared_rows(read, order_ids=[order.id for order in orders])
    }
    asked = [order for order in orders if wishes[order.id].connector_id is not None]
    _ask_vendors(asked, wishes, now=event.at)
    _deliver([order for order in orders if wishes[order.id].connector_id is None], now=event.at)


def finish_order(event: ProvisioningDone) -> None:
    """Start the subscription that the vendor has made.

    A success after the order was cancelled is not delivered: provisioning opens a follow-up for it.
    """
    number = _order_of(event.cause)
    order = None if number is None else locked(number)
    if order is not None and Code(order.code) not in FINAL:
        _deliver([order], now=event.at)


def fail_order(event: ProvisioningParked) -> None:
    """Show that an order does not go on by itself."""
    _fail(event.cause, error=event.text, at=event.at)


def end_order(event: ProvisioningEnded) -> None:
    """Show that a person ended the vendor's part: the order waits for somebody to cancel it."""
    text = "cancelled at the vendor" if event.is_cancelled else "marked as failed by hand"
    _fail(event.cause, error=text, at=event.at)


def cancel_order(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Cancel an order for which nothing was delivered, and the subscription that it would have started.

    Raises: NoSuchObject; OrderInput; OrderNotPossible `order_step_impossible`.
    """
    with transaction.atomic():
        ordering.cancel_order(order_id=order_id, comment=comment, actor=actor, now=now)
        _leave(Order.objects.get(pk=order_id), reason=comment, actor=actor, now=now)


def lock_open_order(*, subscription_id: int) -> Order | None:
    """Lock the order of a subscription that is under way, with what a vendor does for it; None for none.

    Call it before the subscription is locked: what a vendor answers locks in this order, too.
    """
    known = ordering.open_order(subscription_id=subscription_id)
    if known is None:
        return None
    locked_operations([known.operation_id] if known.operation_id else [])
    order = locked(known.pk)
    return order if order.closed_at is None else None


def overtake_order(order: Order, *, by: str, reason: str, actor: Actor, now: datetime) -> None:
    """End a locked order because its subscription is cancelled by the order `by`.

    A vendor that is at it is told to leave it as far as that is possible: if it carries it out nevertheless, a
    follow-up is opened. Raises: OrderNotPossible `order_step_impossible`.
    """
    ordering.overtake_order(order, by=by, actor=actor, now=now)
    _leave(order, reason=reason, actor=actor, now=now)


def resubmit_order(
    *, order_id: int, actor: Actor, now: datetime, parameters: Mapping[str, Any] | None = None
) -> None:
    """Try a failed order again at the vendor, with corrected parameters if given.

    Raises: NoSuchObject; OrderNotPossible `order_step_impossible`; what `provisioning.resubmit` raises.
    """
    with transaction.atomic():
        operation = ordering.resubmit_order(order_id=order_id, actor=actor, now=now)
        if parameters is not None:
            Order.objects.filter(pk=order_id).update(parameters=dict(parameters))
        resubmit(operation_id=operation, actor=actor, now=now, parameters=parameters)


def _leave(order: Order, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give up what a cancelled order wanted: at its vendor, and the subscription that it would have started."""
    if order.operation_id is not None and is_open(operation_id=order.operation_id):
        # A late success then opens a follow-up instead of starting what nobody wants.
        withdraw(operation_id=order.operation_id, reason=reason, actor=actor, now=now)
    if order.changes is None:
        drop_ordered(
            subscription_id=order.subscription_id,
            on_day=order_day(now=now),
            actor=actor,
            now=now,
        )


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a vendor has to know of an order; `connector_id` None: nobody is asked."""

    quantity: Decimal
    units: str
    product_code: str
    sku_code: str
    connector_id: int | None
    quantity_parameter: str


def _begin_changes(orders: Sequence[Order], *, now: datetime) -> None:
    """Ask vendors for changed units; where nobody has to be asked they are there at once."""
    done = []
    for order in orders:
        wanted = change_request(order, cause=f"{_CAUSE}{order.id}")
        if wanted is None:
            done.append(order)
            continue
        (order.operation_id,) = request_operations(requests=[wanted], actor=_PROVISIONING, now=now)
        ordering.provision_orders([order], actor=_PROVISIONING, now=now)
    _deliver(done, now=now)


def _ask_vendors(orders: Sequence[Order], wishes: Mapping[int, _Wish], *, now: datetime) -> None:
    if not orders:
        return
    requests = [_request(order, wishes[order.id], now=now) for order in orders]
    operations = request_operations(requests=requests, actor=_PROVISIONING, now=now)
    for order, operation in zip(orders, operations, strict=True):
        order.operation_id = operation
    ordering.provision_orders(orders, actor=_PROVISIONING, now=now)


def _request(order: Order, wish: _Wish, *, now: datetime) -> Request:
    assert wish.connector_id is not None
    instance = open_instance(
        tenant_id=order.tenant_id,
        connector_id=wish.connector_id,
        subscription_id=order.subscription_id,
        now=now,
    )
    return Request(
        tenant_id=order.tenant_id,
        instance_id=instance,
        action=Action.CREATE,
        cause=f"{_CAUSE}{order.id}",
        wanted=Wanted(
            product=product_at(
                {"service_id": wish.product_code, "plan_id": wish.sku_code},
                quantity_parameter=wish.quantity_parameter,
            ),
            quantity=wish.quantity,
            parameters=order.parameters,
            units=read_units(json.loads(wish.units)),
        ),
    )


def _deliver(orders: Sequence[Order], *, now: datetime) -> None:
    if not orders:
        return
    day = order_day(now=now)
    new = [order for order in orders if order.kind is OrderKind.SALES]
    if new:
        activate_subscriptions(
            trials={order.subscription_id: order.trial_days for order in new},
            start_on=day,
            actor=_PROVISIONING,
            now=now,
        )
    done = [order for order in orders if _is_delivered(order, day, now)]
    price_again([order for order in done if order.kind is OrderKind.SALES], day=day)
    ordering.complete_orders(done, actor=_PROVISIONING, now=now)


def _is_delivered(order: Order, day: date, now: datetime) -> bool:
    """Do what an order wants of a subscription that is there; new ones have been started together."""
    if order.kind in _WISHES:
        deliver_wish(order, day=day, now=now)
    elif _wants_units(order):
        return _is_changed(order, day, now)
    elif order.kind is OrderKind.CHANGE:
        follow_subscription(
            subscription_id=order.subscription_id, day=day, actor=_PROVISIONING, now=now
        )
    return True


def _wants_units(order: Order) -> bool:
    """Tell a change of units from a plan switch, which makes a new subscription."""
    return order.kind is OrderKind.CHANGE and order.changes is not None


def _is_changed(order: Order, day: date, now: datetime) -> bool:
    """Change a subscription's units; if it has ended or is held meanwhile, its order fails and says so.

    Without a vendor it is still the request of the person, who is told. The vendor is put right when the order is
    cancelled.
    """
    amounts = change_amounts(order, day=day, actor=_PROVISIONING, now=now)
    try:
        with transaction.atomic():
            deliver_change(order, day=day, actor=_PROVISIONING, now=now)
    except DomainError as refusal:
        if Code(order.code) is not Code.PROVISIONING:
            raise
        ordering.fail_order(order_id=order.pk, error=refusal.text(), actor=_PROVISIONING, now=now)
        return False
    if amounts is not None:
        keep(order, amounts)
    return True


def _fail(cause: str, *, error: str, at: datetime) -> None:
    number = _order_of(cause)
    if number is not None and Code(Order.objects.get(pk=number).code) is Code.PROVISIONING:
        ordering.fail_order(order_id=number, error=error, actor=_PROVISIONING, now=at)


def _order_of(cause: str) -> int | None:
    return int(cause.removeprefix(_CAUSE)) if cause.startswith(_CAUSE) else None
