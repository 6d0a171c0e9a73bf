"""Selling: place orders, have the vendor make what they ask for, start the subscription when it is there.

Provisioning does not know what an order is: its operations carry `order N` as their cause, and its events come back
here (`flows/wiring.py`). Each reaction runs in the transaction of what it reacts to.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from entrepot.domain.ordering import commands as ordering
from entrepot.domain.ordering.commands import Cart, Estimate, estimate
from entrepot.domain.ordering.events import OrderMoved
from entrepot.domain.ordering.lifecycle import FINAL, Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
)
from entrepot.domain.provisioning.commands.people import resubmit, withdraw
from entrepot.domain.provisioning.events import (
    ProvisioningDone,
    ProvisioningEnded,
    ProvisioningParked,
)
from entrepot.domain.provisioning.kinds import Action
from entrepot.domain.provisioning.models import Connector
from entrepot.domain.provisioning.queries import is_open
from entrepot.domain.provisioning.results import Wanted
from entrepot.domain.subscriptions.commands import activate_subscription, drop_ordered
from entrepot.domain.subscriptions.models import Subscription
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.sql import statement

_CAUSE = "order "
_PROVISIONING = Actor(user_id=None, name="provisioning", channel="task")


def order_day(*, now: datetime) -> date:
    """Return the day on which something that is delivered now starts: today, or the business date while it is earlier.

    A demo world lives in its own past; there nothing may start in a future that billing has not reached.
    """
    with connection.cursor() as cursor:
        ((zone, billed),) = statement("entrepot.flows", "order_day").rows(cursor)
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

    See `ordering.place_orders`; what goes on is decided by `begin_order`, which reacts to every accepted order.
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


def begin_order(event: OrderMoved) -> None:
    """Ask the vendor for what an accepted order wants; for a vendor without a connector there is nothing to make.

    Raises: ProvisioningRefused `connector_inactive` while the vendor's connector rests: then nothing is ordered.
    """
    if event.after is not Code.PAYMENT_DONE:
        return
    order = Order.objects.get(pk=event.order_id)
    wide = Subscription.objects.select_related("plan__service").get(pk=order.subscription_id)
    plan = wide.plan
    known = Connector.objects.filter(vendor_id=plan.service.vendor_id)
    connector = known.order_by("-is_active", "id").first()
    if connector is None:
        _deliver(order, now=event.at)
        return
    instance = open_instance(
        tenant_id=order.tenant_id,
        connector_id=connector.id,
        subscription_id=order.subscription_id,
        now=event.at,
    )
    operation = request_operation(
        request=Request(
            tenant_id=order.tenant_id,
            instance_id=instance,
            action=Action.CREATE,
            cause=f"{_CAUSE}{order.id}",
            wanted=Wanted(
                product={"service_id": plan.product_code, "plan_id": plan.sku_code},
                quantity=wide.quantity,
                parameters=order.parameters,
            ),
        ),
        actor=_PROVISIONING,
        now=event.at,
    )
    ordering.provision_order(
        order_id=order.id, operation_id=operation, actor=_PROVISIONING, now=event.at
    )


def finish_order(event: ProvisioningDone) -> None:
    """Start the subscription that the vendor has made.

    A success after the order was cancelled is not delivered: provisioning opens a follow-up for it.
    """
    number = _order_of(event.cause)
    order = None if number is None else Order.objects.get(pk=number)
    if order is not None and Code(order.code) not in FINAL:
        _deliver(order, now=event.at)


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
        order = Order.objects.get(pk=order_id)
        if order.operation_id is not None and is_open(operation_id=order.operation_id):
            # A late success then opens a follow-up instead of starting what nobody wants.
            withdraw(operation_id=order.operation_id, reason=comment, actor=actor, now=now)
        drop_ordered(
            subscription_id=order.subscription_id,
            on_day=order_day(now=now),
            actor=actor,
            now=now,
        )


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


def _deliver(order: Order, *, now: datetime) -> None:
    activate_subscription(
        subscription_id=order.subscription_id,
        start_on=order_day(now=now),
        trial_days=order.trial_days,
        actor=_PROVISIONING,
        now=now,
    )
    ordering.complete_order(order_id=order.id, actor=_PROVISIONING, now=now)


def _fail(cause: str, *, error: str, at: datetime) -> None:
    number = _order_of(cause)
    if number is not None and Code(Order.objects.get(pk=number).code) is Code.PROVISIONING:
        ordering.fail_order(order_id=number, error=error, actor=_PROVISIONING, now=at)


def _order_of(cause: str) -> int | None:
    return int(cause.removeprefix(_CAUSE)) if cause.startswith(_CAUSE) else None
