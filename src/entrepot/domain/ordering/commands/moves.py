"""Move an order along its life: one place checks the step, writes the timeline and tells the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.domain.ordering.errors import OrderInput, OrderNotPossible
from entrepot.domain.ordering.events import OrdersMoved
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import FINAL, NEXT, Code, Trigger
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, Entry, recording
from entrepot.infra.db.prepared import prepared_batch
from entrepot.infra.db.sql import Statement, statement
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

COMMENT_LENGTH_MAX = 300
_PACKAGE = "entrepot.domain.ordering"


def accept_payment(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Let an order that waits for payment go on: staff have seen the money, or decided to do without.

    Raises: NoSuchObject; OrderInput `order_comment_missing`; OrderNotPossible `order_step_impossible`.
    """
    _step(order_id, Trigger.ACCEPT, actor=actor, now=now, comment=checked_comment(comment))


def provision_orders(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Note that vendors are being asked for locked orders' services, each by its `operation_id`.

    Raises: OrderNotPossible `order_step_impossible`.
    """
    move_all(orders, Trigger.PROVISION, actor=actor, now=now)


def fail_order(*, order_id: int, error: str, actor: Actor, now: datetime) -> None:
    """Note that provisioning does not go on by itself, and why. Raises: NoSuchObject; OrderNotPossible."""
    _step(order_id, Trigger.FAIL, actor=actor, now=now, error=error)


def resubmit_order(*, order_id: int, actor: Actor, now: datetime) -> int:
    """Note that provisioning is tried again; return the operation that has to go on.

    Raises: NoSuchObject; OrderNotPossible `order_step_impossible`.
    """
    with transaction.atomic():
        order = locked(order_id)
        move_all([order], Trigger.RESUBMIT, actor=actor, now=now)
        if order.operation_id is None:
            raise AssertionError(f"{order.number_text} failed without an operation")
        return order.operation_id


def complete_orders(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Note that the services of locked orders are there and their subscriptions started. Raises: OrderNotPossible."""
    move_all(orders, Trigger.COMPLETE, actor=actor, now=now)


def cancel_order(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """End an order for which nothing was delivered.

    Raises: NoSuchObject; OrderInput `order_comment_missing`; OrderNotPossible `order_step_impossible`.
    """
    _step(order_id, Trigger.CANCEL, actor=actor, now=now, comment=checked_comment(comment))


def locked(order_id: int) -> Order:
    """Lock an order until the transaction ends. Raises: NoSuchObject."""
    order = next(iter(locked_all([order_id])), None)
    if order is None:
        raise NoSuchObject(object=f"{IdKind.ORDER.value}-{order_id}")
    return order


def locked_all(order_ids: Sequence[int]) -> list[Order]:
    """Lock orders until the transaction ends, in the order of their ids; unknown ones are left out."""
    return list(Order.objects.select_for_update().filter(pk__in=order_ids).order_by("pk"))


def move_all(
    orders: Sequence[Order],
    trigger: Trigger,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    error: str = "",
) -> None:
    """Take one step with each of several locked orders, and say so; they are sent at once, whatever their number.

    Raises: OrderNotPossible `order_step_impossible`.
    """
    if not orders:
        return
    earlier = [Code(order.code) for order in orders]
    for order, before in zip(orders, earlier, strict=True):
        after = _after(order, before, trigger)
        order.code = after
        order.error = error
        order.closed_at = now if after in FINAL else None
    stored = {
        "order_ids": [order.id for order in orders],
        "codes": [str(order.code) for order in orders],
        "operation_ids": [order.operation_id for order in orders],
        "error": error,
        "closed_at": now,
    }
    steps = [_Made(order, before, trigger) for order, before in zip(orders, earlier, strict=True)]
    move = (statement(_PACKAGE, "move_orders"), stored)
    _note(steps, move, actor=actor, now=now, comment=comment or error)


def note_placed(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Write the first line of the timelines of new orders, and publish them."""
    _note([_Made(order, None, None) for order in orders], actor=actor, now=now, comment="")


def note_withdrawn(*, subscription_id: int, kind: OrderKind, actor: Actor, now: datetime) -> None:
    """Note in the timeline of the newest completed order of a kind that what it did was taken back.

    The trail of who did what is the command that takes it back. Nothing happens where there was no such order.
    """
    done = Order.objects.filter(subscription_id=subscription_id, kind=kind, code=Code.COMPLETED)
    order = done.order_by("-id").first()
    if order is not None:
        OrderEvent.objects.create(
            tenant_id=order.tenant_id,
            order_id=order.pk,
            at=now,
            from_code=Code.COMPLETED,
            to_code=Code.COMPLETED,
            actor_name=actor.name[:150],
        )


@dataclass(frozen=True, slots=True)
class _Made:
    """A step that an order has taken; both None for its placing."""

    order: Order
    before: Code | None
    trigger: Trigger | None

    @property
    def entry(self) -> Entry:
        """Give its line of the audit trail."""
        return Entry(
            action=f"order_{self.trigger}" if self.trigger else "order_placed",
            object_kind="order",
            object_id=self.order.id,
            tenant_id=self.order.tenant_id,
            object_label=f"{self.order.number_text}: {self.order.plan_name}",
            before={"code": self.before} if self.before else {},
            after={"code": self.order.code},
        )


def _note(
    steps: Sequence[_Made],
    *first: tuple[Statement, Mapping[str, Any]],
    actor: Actor,
    now: datetime,
    comment: str,
) -> None:
    """Write timelines and audit entries after the statements given, and publish an event for each kind of step."""
    lines = {
        "at": now,
        "actor_name": actor.name[:150],
        "tenant_ids": [step.order.tenant_id for step in steps],
        "order_ids": [step.order.id for step in steps],
        "from_codes": [str(step.before or "") for step in steps],
        "to_codes": [str(step.order.code) for step in steps],
        "comments": [comment[:COMMENT_LENGTH_MAX]] * len(steps),
    }
    entries = [replace(step.entry, reason=comment) for step in steps]
    prepared_batch(
        *first,
        (statement(_PACKAGE, "add_steps"), lines),
        recording(entries=entries, actor=actor, now=now),
    )
    moved: dict[tuple[Code | None, Code], list[int]] = {}
    for step in steps:
        moved.setdefault((step.before, Code(step.order.code)), []).append(step.order.id)
    for (before, after), ids in moved.items():
        bus.publish(OrdersMoved(tuple(ids), steps[0].order.tenant_id, before, after, at=now))


def _after(order: Order, before: Code, trigger: Trigger) -> Code:
    after = NEXT.get((before, trigger))
    if after is None:
        raise OrderNotPossible(
            "order_step_impossible",
            "{object} has the status {status}, which does not allow this.",
            object=order.number_text,
            next_step="Look at it again: somebody or the vendor was faster.",
            status=before.value,
        )
    return after


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
        move_all([locked(order_id)], trigger, actor=actor, now=now, comment=comment, error=error)


def checked_comment(text: str, *, is_needed: bool = True) -> str:
    """Give a comment as it is kept. Raises: OrderInput `order_comment_missing`."""
    cleaned = text.strip()
    if not cleaned and not is_needed:
        return ""
    if not cleaned or len(cleaned) > COMMENT_LENGTH_MAX or not cleaned.isprintable():
        raise OrderInput(
            "order_comment_missing",
            "Say why, in at most {most} visible characters.",
            field="comment",
            next_step="Write a sentence for those who read the timeline later.",
            most=COMMENT_LENGTH_MAX,
        )
    return cleaned
