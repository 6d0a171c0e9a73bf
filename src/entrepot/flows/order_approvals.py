"""Approvals of orders: decide, go on afterwards, and do what was chosen when nobody decides in time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.domain.ordering.commands import approving
from entrepot.domain.ordering.commands.paying import ask_for_payment
from entrepot.domain.ordering.events import OrdersMoved
from entrepot.domain.ordering.kinds import AtTimeout
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order, OrderApproval
from entrepot.domain.subscriptions.commands import drop_ordered
from entrepot.domain.subscriptions.errors import OrderRefused, TransitionRefused
from entrepot.flows.messages import announcing
from entrepot.flows.orders import order_day
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.queue import RunningJob

TASK = "time_out_approval"
_BY_TIME = Actor(user_id=None, name="time-out", channel="task")


def approve_order(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Say yes; after the last step the order goes on as one that nobody has to approve.

    Raises: NoSuchObject; OrderNotPossible; what beginning an order raises.
    """
    with transaction.atomic():
        order = approving.approve_order(order_id=order_id, comment=comment, actor=actor, now=now)
        if order is not None:
            ask_for_payment([order], actor=actor, now=now)


def reject_order(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Say no: the order and the subscription that it would have started are cancelled.

    Raises: NoSuchObject; OrderNotPossible.
    """
    with transaction.atomic():
        approving.reject_order(order_id=order_id, comment=comment, actor=actor, now=now)
        _drop(Order.objects.get(pk=order_id), actor=actor, now=now)


def watch_approvals(event: OrdersMoved) -> None:
    """Have a task look at each order that waits for an approval when its time is over, and end what was cancelled."""
    if event.after is Code.CANCELLED and event.before is Code.WAITING_FOR_APPROVAL:
        for order_id in event.order_ids:
            approving.close_approval(order_id=order_id)
    if event.after is not Code.WAITING_FOR_APPROVAL:
        return
    rows = list(OrderApproval.objects.filter(pk__in=event.order_ids).order_by("pk"))
    asked = [row for row in rows if row.waits_for_buyer]
    if asked:
        announcing.ask_buyer(
            [row.order_id for row in asked], tenant_id=asked[0].tenant_id, at=event.at
        )
    for row in rows:
        queue.enqueue(
            task=TASK,
            arguments={"order_id": row.order_id},
            label=f"Approval of ORD-{row.order_id}",
            tenant_id=row.tenant_id,
            now=event.at,
            at=row.due_at,
        )


def do_time_out(job: RunningJob, *, order_id: int) -> Mapping[str, Any]:
    """Do what the workflow says for an order that nobody has decided about; nothing while there is time left.

    What cannot go on any more counts as rejected, with the reason: a renewal whose customer is on hold, for example.
    """
    try:
        return _time_out(order_id, now=job.now)
    except (TransitionRefused, OrderRefused) as refusal:
        return _time_out(order_id, now=job.now, refusal=refusal.text())


def _time_out(order_id: int, *, now: datetime, refusal: str = "") -> Mapping[str, Any]:
    with transaction.atomic():
        done = approving.time_out(order_id=order_id, actor=_BY_TIME, now=now, refusal=refusal)
        if done is None:
            return {"done": "nothing"}
        order, what = done
        if what is AtTimeout.APPROVE:
            ask_for_payment([order], actor=_BY_TIME, now=now)
        else:
            _drop(order, actor=_BY_TIME, now=now)
    return {"done": what.value}


def _drop(order: Order, *, actor: Actor, now: datetime) -> None:
    """Cancel the subscription that an order would have started; one that is there stays as it is."""
    if order.changes is not None:
        return
    drop_ordered(
        subscription_id=order.subscription_id,
        on_day=order_day(now=now),
        actor=actor,
        now=now,
    )
