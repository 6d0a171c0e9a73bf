"""Move an order along its life: one place checks the step, writes the timeline and tells the others."""

from datetime import datetime

from django.db import transaction

from entrepot.domain.ordering.errors import OrderInput, OrderNotPossible
from entrepot.domain.ordering.events import OrderMoved
from entrepot.domain.ordering.lifecycle import FINAL, NEXT, Code, Trigger
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

COMMENT_LENGTH_MAX = 300


def accept_payment(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Let an order that waits for payment go on: staff have seen the money, or decided to do without.

    Raises: NoSuchObject; OrderInput `order_comment_missing`; OrderNotPossible `order_step_impossible`.
    """
    _step(order_id, Trigger.ACCEPT, actor=actor, now=now, comment=_comment(comment))


def provision_order(*, order_id: int, operation_id: int, actor: Actor, now: datetime) -> None:
    """Note that the vendor is being asked for the service. Raises: NoSuchObject; OrderNotPossible."""
    with transaction.atomic():
        order = locked(order_id)
        order.operation_id = operation_id
        move(order, Trigger.PROVISION, actor=actor, now=now)


def fail_order(*, order_id: int, error: str, actor: Actor, now: datetime) -> None:
    """Note that provisioning does not go on by itself, and why. Raises: NoSuchObject; OrderNotPossible."""
    _step(order_id, Trigger.FAIL, actor=actor, now=now, error=error)


def resubmit_order(*, order_id: int, actor: Actor, now: datetime) -> int:
    """Note that provisioning is tried again; return the operation that has to go on.

    Raises: NoSuchObject; OrderNotPossible `order_step_impossible`.
    """
    with transaction.atomic():
        order = locked(order_id)
        move(order, Trigger.RESUBMIT, actor=actor, now=now)
        if order.operation_id is None:
            raise AssertionError(f"{order.number_text} failed without an operation")
        return order.operation_id


def complete_order(*, order_id: int, actor: Actor, now: datetime) -> None:
    """Note that the service is there and the subscription started. Raises: NoSuchObject; OrderNotPossible."""
    _step(order_id, Trigger.COMPLETE, actor=actor, now=now)


def cancel_order(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """End an order for which nothing was delivered.

    Raises: NoSuchObject; OrderInput `order_comment_missing`; OrderNotPossible `order_step_impossible`.
    """
    _step(order_id, Trigger.CANCEL, actor=actor, now=now, comment=_comment(comment))


def locked(order_id: int) -> Order:
    """Lock an order until the transaction ends. Raises: NoSuchObject."""
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise NoSuchObject(object=f"{IdKind.ORDER.value}-{order_id}")
    return order


def move(
    order: Order,
    trigger: Trigger,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    error: str = "",
) -> None:
    """Take one step of a locked order. Raises: OrderNotPossible `order_step_impossible`."""
    before = Code(order.code)
    after = NEXT.get((before, trigger))
    if after is None:
        raise OrderNotPossible(
            "order_step_impossible",
            "{object} has the status {status}, which does not allow this.",
            object=order.number_text,
            next_step="Look at it again: somebody or the vendor was faster.",
            status=before.value,
        )
    order.code = after
    order.error = error
    order.closed_at = now if after in FINAL else None
    order.save(update_fields=["code", "error", "closed_at", "operation_id"])
    note(order, before=before, trigger=trigger, actor=actor, now=now, comment=comment or error)


def note(
    order: Order,
    *,
    before: Code | None,
    trigger: Trigger | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """Write the timeline and the audit entry of a step, and publish it."""
    after = Code(order.code)
    OrderEvent.objects.create(
        tenant_id=order.tenant_id,
        order_id=order.id,
        at=now,
        from_code=before or "",
        to_code=after,
        actor_name=actor.name[:150],
        comment=comment[:COMMENT_LENGTH_MAX],
    )
    record(
        actor=actor,
        now=now,
        action=f"order_{trigger}" if trigger else "order_placed",
        object_kind="order",
        object_id=order.id,
        object_label=f"{order.number_text}: {order.plan_name}",
        tenant_id=order.tenant_id,
        before={"code": before} if before else None,
        after={"code": after},
        reason=comment,
    )
    bus.publish(OrderMoved(order.id, order.tenant_id, order.subscription_id, before, after, at=now))


def _step(
    order_id: int,
    trigger: Trigger,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    error: str = "",
) -> None:
    with transaction.atomic():
        move(locked(order_id), trigger, actor=actor, now=now, comment=comment, error=error)


def _comment(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > COMMENT_LENGTH_MAX or not cleaned.isprintable():
        raise OrderInput(
            "order_comment_missing",
            "Say why, in at most {most} visible characters.",
            field="comment",
            next_step="Write a sentence for those who read the timeline later.",
            most=COMMENT_LENGTH_MAX,
        )
    return cleaned
