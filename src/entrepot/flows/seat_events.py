"""What vendors and orders do to the services of people: answers come in, and waited-for units are handed out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from entrepot.domain.billing.events import DayCompleted
from entrepot.domain.ordering.events import OrdersMoved
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.parties.events import UserChanged
from entrepot.domain.provisioning.events import (
    ProvisioningDone,
    ProvisioningEnded,
    ProvisioningParked,
)
from entrepot.domain.provisioning.kinds import Action
from entrepot.domain.seats import commands
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.models import Seat, SeatWait
from entrepot.domain.seats.telling import CAUSE, remove_seats, settle
from entrepot.flows.orders import order_day
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.ids import IdKind

TASK = "complete_seats"
_NAMED_ANEW = frozenset({"user_edited", "profile_edited", "user_refreshed", "user_deleted"})
_SEATS = Actor(user_id=None, name="services of users", channel="task")


def take_answer(event: ProvisioningDone) -> None:
    """Write for whom the vendor did it, and for whom not."""
    if not event.cause.startswith(CAUSE):
        return
    is_assigned = event.action is Action.ASSIGN
    settle(
        operation_id=event.operation_id,
        done=SeatState.ASSIGNED if is_assigned else SeatState.RELEASING,
        not_done=SeatState.FAILED if is_assigned else SeatState.STUCK,
        failed=event.failed,
        now=event.at,
    )
    if not is_assigned:
        remove_seats(operation_id=event.operation_id)


def take_failure(event: ProvisioningParked) -> None:
    """Show with every person why it does not go on by itself."""
    _not_done(event.cause, event.operation_id, event.action, text=event.text, at=event.at)


def take_end(event: ProvisioningEnded) -> None:
    """Show with every person that somebody ended it at the vendor."""
    text = "cancelled at the vendor" if event.is_cancelled else "marked as failed by hand"
    _not_done(event.cause, event.operation_id, event.action, text=text, at=event.at)


def follow_orders(event: OrdersMoved) -> None:
    """Assign what people waited for when its order is completed, as a task; say so when it is cancelled."""
    if event.after not in (Code.COMPLETED, Code.CANCELLED):
        return
    waits = SeatWait.objects.filter(order_id__in=event.order_ids)
    for order_id in sorted(set(waits.values_list("order_id", flat=True))):
        if event.after is Code.CANCELLED:
            commands.fail_waits(order_id=order_id, error="The order was cancelled.")
        else:
            enqueue_completion(order_id=order_id, tenant_id=event.tenant_id, now=event.at)


def follow_names(event: UserChanged) -> None:
    """Sort a person's services by a new name, or by none when the person is gone."""
    if event.action in _NAMED_ANEW and event.object_id is not None:
        commands.rename_person(user_id=event.object_id)


def enqueue_completion(*, order_id: int, tenant_id: int, now: datetime) -> None:
    """Let a task hand out what people waited for."""
    queue.enqueue(
        task=TASK,
        arguments={"order_id": order_id},
        label=f"{IdKind.ORDER.value}-{order_id}",
        now=now,
        queueing_lock=f"{TASK} {order_id}",
        tenant_id=tenant_id,
    )


def do_complete(job: RunningJob, *, order_id: int) -> Mapping[str, Any]:
    """Assign what people waited for; who does not get a unit keeps waiting and sees why."""
    given = commands.complete_waits(
        order_id=order_id, on_day=order_day(now=job.now), actor=_SEATS, now=job.now
    )
    return {"order": order_id, "people": given}


def forget_ended(event: DayCompleted) -> None:  # noqa: ARG001 - a handler's shape
    """Forget who used subscriptions that are cancelled or removed: their vendors remove the services as a whole."""
    commands.leave_ended()


def any_seats() -> bool:
    """Tell whether anybody has a service, so that there is something to do."""
    return Seat.objects.exists()


def _not_done(cause: str, operation_id: int, action: Action, *, text: str, at: datetime) -> None:
    if not cause.startswith(CAUSE):
        return
    state = SeatState.FAILED if action is Action.ASSIGN else SeatState.STUCK
    Seat.objects.filter(operation_id=operation_id).update(
        state=state, error=text[:1000], changed_at=at
    )
