"""What people do with an order from its page: one transaction each, checked against what the page had shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.domain.ordering.acts import Act
from entrepot.domain.ordering.commands import accept_payment
from entrepot.domain.ordering.commands.moves import locked
from entrepot.domain.ordering.errors import OrderConflict, OrderNotPossible
from entrepot.domain.ordering.models import OrderEvent
from entrepot.domain.ordering.queries import OrderRow, order_of
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.commands.people import mark_done, mark_failed
from entrepot.domain.provisioning.moves import locked as locked_operations
from entrepot.flows.order_approvals import approve_order, reject_order
from entrepot.flows.order_page import acts_now
from entrepot.flows.orders import cancel_order, resubmit_order
from entrepot.infra.audit.recorder import Actor


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of an order.

    `version` is that of the page that the person had read. `parameters` are for a resubmission, None leaves them;
    `vendor_id` is the vendor's name of a service that was made by hand.
    """

    act: Act
    version: int
    comment: str = ""
    parameters: Mapping[str, Any] | None = None
    vendor_id: str = ""


def act_on_order(
    viewer: Viewer, *, order_id: int, wish: Wish, actor: Actor, now: datetime
) -> OrderRow:
    """Do it, or nothing; return the order as it stands afterwards.

    Raises: NoSuchObject; OrderConflict `order_changed_meanwhile`; OrderNotPossible `order_step_impossible`;
    OrderInput; what the commands of provisioning raise.
    """
    with transaction.atomic():
        row = order_of(viewer, order_id=order_id)
        # The operation first, as when the vendor's answer comes: two who lock in the same order wait for each other.
        locked_operations([row.operation_id] if row.operation_id else [])
        locked(order_id)
        require_version(row, version=wish.version)
        require_now(viewer, row, wish.act)
        _do(row, wish, actor=actor, now=now)
        return order_of(viewer, order_id=order_id)


def require_now(viewer: Viewer, row: OrderRow, act: Act) -> None:
    """Refuse what the order's state or the person's place does not allow. Raises: OrderNotPossible."""
    if act not in acts_now(viewer, row):
        raise OrderNotPossible(
            "order_step_impossible",
            "{object} has the status {status}, which does not allow this.",
            object=row.number,
            next_step="Look at it again: somebody or the vendor was faster.",
            status=row.code.value,
        )


def require_version(row: OrderRow, *, version: int) -> None:
    """Refuse a decision on an order that has moved on meanwhile. Raises: OrderConflict."""
    newest = OrderEvent.objects.filter(order_id=row.id).order_by("-id")
    if newest.values_list("id", flat=True)[0] != version:
        raise OrderConflict(
            "order_changed_meanwhile",
            "{object} has moved on since this page was opened.",
            object=row.number,
            next_step="Look at it as it is now, and decide again.",
        )


def _do(row: OrderRow, wish: Wish, *, actor: Actor, now: datetime) -> None:
    comment, operation = wish.comment, row.operation_id or 0
    match wish.act:
        case Act.APPROVE:
            approve_order(order_id=row.id, comment=comment, actor=actor, now=now)
        case Act.REJECT:
            reject_order(order_id=row.id, comment=comment, actor=actor, now=now)
        case Act.ACCEPT:
            accept_payment(order_id=row.id, comment=comment, actor=actor, now=now)
        case Act.CANCEL:
            cancel_order(order_id=row.id, comment=comment, actor=actor, now=now)
        case Act.RESUBMIT:
            resubmit_order(order_id=row.id, parameters=wish.parameters, actor=actor, now=now)
        case Act.COMPLETE:
            mark_done(
                operation_id=operation,
                comment=comment,
                vendor_id=wish.vendor_id,
                actor=actor,
                now=now,
            )
        case Act.FAIL:
            mark_failed(operation_id=operation, comment=comment, actor=actor, now=now)
