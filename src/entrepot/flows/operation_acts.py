"""What the provider's staff do with one operation, checked against the state that their page had shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.commands.people import (
    look_now,
    mark_done,
    mark_failed,
    resubmit,
    withdraw,
)
from entrepot.domain.provisioning.lifecycle import FINAL
from entrepot.domain.provisioning.moves import locked
from entrepot.flows.provisioning_lists import OperationPageFacts, operation_page
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.errors import Conflict, Refused


class OperationAct(StrEnum):
    """What people do."""

    NOW = "now"
    RESUBMIT = "resubmit"
    DONE = "done"
    FAIL = "fail"
    WITHDRAW = "withdraw"


class OperationMovedOn(Conflict):
    """Somebody or the vendor was faster."""

    codes = frozenset({"operation_moved_on"})


class OperationOfOrder(Refused):
    """An order wants it, so people act on the order, which tells provisioning."""

    codes = frozenset({"operation_of_order"})


@dataclass(frozen=True, slots=True)
class OperationWish:
    """What somebody wants, having seen an operation in the state `seen`; `parameters` None leaves them."""

    act: OperationAct
    seen: str
    comment: str = ""
    vendor_id: str = ""
    parameters: Mapping[str, Any] | None = None


def seen_state(page: OperationPageFacts) -> str:
    """Return what a form carries, so that an act counts for the state that its person had read."""
    return f"{page.facts.state.value}.{page.facts.round}"


def possible(page: OperationPageFacts) -> frozenset[OperationAct]:
    """Return what can be done now; of an operation that an order wants only the look."""
    facts = page.facts
    acts = set()
    if facts.may_look_now:
        acts.add(OperationAct.NOW)
    if page.order_id is not None:
        return frozenset(acts)
    if facts.is_parked:
        acts.add(OperationAct.RESUBMIT)
    if facts.may_be_settled_by_hand:
        acts |= {OperationAct.DONE, OperationAct.FAIL}
    if facts.state not in FINAL:
        acts.add(OperationAct.WITHDRAW)
    return frozenset(acts)


def act_on_operation(
    viewer: Viewer, *, operation_id: int, wish: OperationWish, actor: Actor, now: datetime
) -> None:
    """Do one thing with an operation.

    Raises: NoSuchOperation; OperationMovedOn `operation_moved_on`; OperationOfOrder `operation_of_order`; what the
    command of provisioning raises.
    """
    with transaction.atomic():
        page = operation_page(viewer, operation_id=operation_id)
        locked([operation_id])
        page = operation_page(viewer, operation_id=operation_id)
        if page.order_id is not None and wish.act is not OperationAct.NOW:
            raise OperationOfOrder(
                "operation_of_order",
                "An order wants this operation.",
                next_step="Open the order and act there.",
            )
        if wish.act is not OperationAct.NOW and wish.seen != seen_state(page):
            raise OperationMovedOn(
                "operation_moved_on",
                "The operation has moved on: somebody or the vendor was faster.",
                next_step="Read how it stands now, then decide again.",
            )
        _do(operation_id, wish, actor=actor, now=now)


def _do(operation_id: int, wish: OperationWish, *, actor: Actor, now: datetime) -> None:
    match wish.act:
        case OperationAct.NOW:
            look_now(operation_id=operation_id, actor=actor, now=now)
        case OperationAct.RESUBMIT:
            resubmit(operation_id=operation_id, actor=actor, now=now, parameters=wish.parameters)
        case OperationAct.DONE:
            mark_done(
                operation_id=operation_id,
                comment=wish.comment,
                vendor_id=wish.vendor_id,
                actor=actor,
                now=now,
            )
        case OperationAct.FAIL:
            mark_failed(operation_id=operation_id, comment=wish.comment, actor=actor, now=now)
        case OperationAct.WITHDRAW:
            withdraw(operation_id=operation_id, reason=wish.comment, actor=actor, now=now)
