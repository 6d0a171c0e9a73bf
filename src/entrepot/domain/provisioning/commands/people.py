"""What people do with operations: resubmit, withdraw, say by hand how it went, close a follow-up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.domain.provisioning.commands.operations import check_wanted, new_key
from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.errors import (
    NoSuchOperation,
    ProvisioningInput,
    ProvisioningRefused,
)
from entrepot.domain.provisioning.kinds import ErrorClass
from entrepot.domain.provisioning.lifecycle import FINAL, WAITS, State, Trigger
from entrepot.domain.provisioning.models import FollowUp, Operation
from entrepot.domain.provisioning.moves import Moves, locked
from entrepot.domain.provisioning.results import Wanted
from entrepot.domain.provisioning.rules import Step
from entrepot.infra.audit.recorder import Actor, record


def resubmit(
    *,
    operation_id: int,
    actor: Actor,
    now: datetime,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Let a parked operation go on, with corrected vendor parameters if given.

    What had no effect is sent again under a new key. When nobody knows the effect, the vendor is asked first, under
    the old key, and nothing can be corrected before the answer.
    Raises: NoSuchOperation; ProvisioningRefused `operation_not_parked`, `operation_effect_unknown`; ProvisioningInput.
    """
    with transaction.atomic():
        operation = _locked_one(operation_id)
        _require_parked(operation)
        before = {"parameters": operation.parameters, "error": operation.error}
        moves = Moves(now=now)
        if operation.is_effect_known:
            if parameters is not None:
                check_wanted(Wanted(operation.product, operation.quantity, parameters))
                operation.parameters = dict(parameters)
            operation.round += 1
            operation.key = new_key()
            operation.reference = ""
            step = Step(Trigger.RESUBMIT, due_at=now)
        elif parameters is not None and dict(parameters) != operation.parameters:
            raise ProvisioningRefused(
                "operation_effect_unknown",
                "Nobody knows yet what the vendor did with {object}.",
                object=operation.cause,
                next_step="Resubmit it unchanged: the vendor is asked first.",
            )
        else:
            step = Step(Trigger.ASK_AGAIN, due_at=now, is_effect_known=False)
        operation.attempts, operation.give_up_at = 0, None
        operation.save(update_fields=["parameters", "round", "key", "attempts", "originator_id"])
        moves.take(operation, step)
        moves.write()
        after = {"parameters": operation.parameters, "round": operation.round}
        _note(operation, "operation_resubmitted", actor, now, before=before, after=after)


def look_now(*, operation_id: int, actor: Actor, now: datetime) -> None:
    """Let an operation that waits for its next try or look be looked at at once.

    If a worker is at it in this moment, it is asked twice, which changes nothing at the vendor.
    Raises: NoSuchOperation; ProvisioningRefused `operation_not_waiting`.
    """
    with transaction.atomic():
        operation = _locked_one(operation_id)
        is_by_hand = abilities(operation.connector.kind).is_by_hand
        if operation.state not in WAITS or operation.due_at is None or is_by_hand:
            raise ProvisioningRefused(
                "operation_not_waiting",
                "{object} does not wait for another try.",
                object=operation.cause,
                next_step="Look at it again in a moment.",
            )
        Operation.objects.filter(pk=operation_id).update(due_at=now)
        _note(operation, "operation_hurried", actor, now)


def withdraw(*, operation_id: int, reason: str, actor: Actor, now: datetime) -> State:
    """Give an operation up; return `cancelled`, or `withdrawn` while the vendor has still to be asked.

    If the vendor carried it out nevertheless, a follow-up is opened; nothing is undone by itself.
    Raises: NoSuchOperation; ProvisioningInput `provisioning_comment_missing`; ProvisioningRefused `operation_over`.
    """
    why = _comment(reason)
    with transaction.atomic():
        operation = _locked_one(operation_id)
        is_by_hand = abilities(operation.connector.kind).is_by_hand
        moves = Moves(now=now)
        after = moves.take(operation, Step(Trigger.WITHDRAW, due_at=None if is_by_hand else now))
        if after is None:
            raise _over(operation)
        moves.write()
        _note(operation, "operation_withdrawn", actor, now, reason=why)
    return after


def mark_done(
    *, operation_id: int, comment: str, actor: Actor, now: datetime, vendor_id: str = ""
) -> None:
    """Say by hand that the effect exists: of the manual queue, or of an operation that is parked.

    Raises: NoSuchOperation; ProvisioningInput `provisioning_comment_missing`; ProvisioningRefused
    `operation_over`, `operation_not_by_hand`.
    """
    why = _comment(comment)
    with transaction.atomic():
        operation = _locked_one(operation_id)
        is_parked = operation.state is State.PARKED
        _require_by_hand(operation)
        trigger = Trigger.DONE_BY_HAND if is_parked else Trigger.SUCCEEDED
        moves = Moves(now=now)
        moves.take(operation, Step(trigger, vendor_id=vendor_id[:255]))
        moves.write()
        _note(operation, "operation_done_by_hand", actor, now, reason=why)


def mark_failed(*, operation_id: int, comment: str, actor: Actor, now: datetime) -> State:
    """Say by hand that there is no effect: what is in the manual queue is parked, what is parked has failed for good.

    Raises: as `mark_done`.
    """
    why = _comment(comment)
    with transaction.atomic():
        operation = _locked_one(operation_id)
        is_parked = operation.state is State.PARKED
        _require_by_hand(operation)
        trigger = Trigger.FAILED_BY_HAND if is_parked else Trigger.FAILED
        moves = Moves(now=now)
        after = moves.take(operation, Step(trigger, error_class=ErrorClass.BY_HAND, text=why))
        assert after is not None
        moves.write()
        _note(operation, "operation_failed_by_hand", actor, now, reason=why)
    return after


def close_follow_up(*, follow_up_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Close a follow-up with what was done about it.

    Raises: NoSuchOperation; ProvisioningInput `provisioning_comment_missing`; ProvisioningRefused `follow_up_closed`.
    """
    why = _comment(comment)
    with transaction.atomic():
        row = FollowUp.objects.select_for_update().filter(pk=follow_up_id).first()
        if row is None:
            raise NoSuchOperation(object=f"Follow-up {follow_up_id}")
        if row.closed_at is not None:
            raise ProvisioningRefused(
                "follow_up_closed",
                "{closed_by} has closed this already.",
                closed_by=row.closed_by,
                next_step="Nothing is left to do.",
            )
        row.closed_at, row.closed_by, row.comment = now, actor.name[:150], why
        row.save(update_fields=["closed_at", "closed_by", "comment"])
        record(
            actor=actor,
            now=now,
            action="follow_up_closed",
            object_kind="follow_up",
            object_id=row.id,
            tenant_id=row.tenant_id,
            reason=why,
        )


def _locked_one(operation_id: int) -> Operation:
    found = locked([operation_id])
    if operation_id not in found:
        raise NoSuchOperation(object=f"Operation {operation_id}")
    return found[operation_id]


def _require_parked(operation: Operation) -> None:
    if operation.state is not State.PARKED:
        raise ProvisioningRefused(
            "operation_not_parked",
            "{object} is not parked.",
            object=operation.cause,
            next_step="Look at it again in a moment.",
        )


def _require_by_hand(operation: Operation) -> None:
    if operation.state in FINAL:
        raise _over(operation)
    is_queue = abilities(operation.connector.kind).is_by_hand
    if operation.state is not State.PARKED and not is_queue:
        raise ProvisioningRefused(
            "operation_not_by_hand",
            "The vendor is still working on {object}.",
            object=operation.cause,
            next_step="Wait until it is done or parked.",
        )


def _over(operation: Operation) -> ProvisioningRefused:
    return ProvisioningRefused(
        "operation_over",
        "{object} is over already.",
        object=operation.cause,
        next_step="Ask for the opposite if it shall be undone.",
    )


def _comment(text: str) -> str:
    if not text.strip():
        raise ProvisioningInput(
            "provisioning_comment_missing",
            "Say why.",
            field="comment",
            next_step="One sentence is enough.",
        )
    return text.strip()[:1000]


def _note(
    operation: Operation,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="provisioning_operation",
        object_id=operation.id,
        tenant_id=operation.tenant_id,
        object_label=operation.cause,
        before=before,
        after=after or {"state": operation.state.value},
        reason=reason,
    )
