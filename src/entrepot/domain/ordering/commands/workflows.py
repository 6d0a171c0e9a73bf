"""Set up who of a seller has to approve which orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.ordering.errors import OrderConflict, OrderInput
from entrepot.domain.ordering.kinds import AtTimeout, Audience
from entrepot.domain.ordering.models import ApprovalWorkflow
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.members import granted_to
from entrepot.domain.parties.models import Account, Membership
from entrepot.domain.parties.roles import Capability
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX

NAME_LENGTH_MAX = 80
HOURS_MAX = 999
STEPS_MAX = 3
AMOUNT_MAX = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class WorkflowValues:
    """What a workflow says; `steps` are user ids, asked one after the other. `above_amount` None: every order."""

    name: str
    audience: Audience
    steps: Sequence[Sequence[int]]
    timeout_hours: int
    at_timeout: AtTimeout
    above_amount: Decimal | None = None
    currency: str = ""
    is_active: bool = True


def save_workflow(
    *,
    seller_id: int,
    values: WorkflowValues,
    workflow_id: int | None = None,
    version: int = 0,
    actor: Actor,
    now: datetime,
) -> int:
    """Add a workflow, or change one that stands at `version`; return its id. Orders that wait keep what was.

    Raises: NoSuchObject; OrderInput `approval_name_unusable`, `approval_hours_out_of_bounds`,
    `approval_amount_unusable`, `approval_approver_missing`, `approval_approver_unknown`; OrderConflict
    `approval_changed_meanwhile`.
    """
    with transaction.atomic():
        seller = Account.objects.get(pk=seller_id)
        row = _row(seller, workflow_id, version)
        before = {} if workflow_id is None else _facts(row)
        _write(row, values, seller)
        row.save()
        record(
            actor=actor,
            now=now,
            action="approval_workflow_changed" if before else "approval_workflow_added",
            object_kind="approval_workflow",
            object_id=row.id,
            object_label=row.name,
            tenant_id=seller.tenant_id,
            before=before,
            after=_facts(row),
        )
    return row.id


def _row(seller: Account, workflow_id: int | None, version: int) -> ApprovalWorkflow:
    if workflow_id is None:
        return ApprovalWorkflow(seller=seller, version=0)
    rows = ApprovalWorkflow.objects.select_for_update().filter(pk=workflow_id, seller=seller)
    row = rows.first()
    if row is None:
        raise NoSuchObject(object="workflow")
    if row.version != version:
        raise OrderConflict(
            "approval_changed_meanwhile",
            "{object} was changed by somebody else meanwhile.",
            object=row.name,
            next_step="Look at it as it is now, and change it again.",
        )
    return row


def _write(row: ApprovalWorkflow, values: WorkflowValues, seller: Account) -> None:
    row.name = _name(values.name)
    row.audience = (
        values.audience if seller.kind is not AccountKind.CUSTOMER else Audience.CUSTOMERS
    )
    row.steps = _steps(values.steps, seller)
    row.timeout_hours = _hours(values.timeout_hours)
    row.at_timeout = values.at_timeout
    row.above_amount = _amount(values.above_amount)
    row.currency = values.currency if values.above_amount is not None else ""
    row.is_active = values.is_active
    row.version += 1


def _facts(row: ApprovalWorkflow) -> dict[str, object]:
    return {
        "name": row.name,
        "audience": row.audience,
        "above_amount": None if row.above_amount is None else str(row.above_amount),
        "currency": row.currency,
        "steps": row.steps,
        "timeout_hours": row.timeout_hours,
        "at_timeout": row.at_timeout,
        "is_active": row.is_active,
    }


def _name(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > NAME_LENGTH_MAX or not cleaned.isprintable():
        raise OrderInput(
            "approval_name_unusable",
            "A workflow needs a name of at most {most} visible characters.",
            field="name",
            next_step="Give it a short name.",
            most=NAME_LENGTH_MAX,
        )
    return cleaned


def _hours(hours: int) -> int:
    if not 1 <= hours <= HOURS_MAX:
        raise OrderInput(
            "approval_hours_out_of_bounds",
            "The time-out is 1 to {most} hours.",
            field="timeout_hours",
            next_step="Give a number in these bounds.",
            most=HOURS_MAX,
        )
    return hours


def _amount(amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount <= AMOUNT_MAX or amount != round(amount, 3):
        raise OrderInput(
            "approval_amount_unusable",
            "The amount is 0 to {most}, with at most three decimals.",
            field="above_amount",
            next_step="Give an amount in these bounds, or leave it empty.",
            most=AMOUNT_MAX,
        )
    return amount


def _steps(steps: Sequence[Sequence[int]], seller: Account) -> list[list[int]]:
    """Check that every step has people, and that all of them may manage orders of the seller."""
    cleaned = [sorted(set(step)) for step in steps if step]
    if not cleaned or len(cleaned) > STEPS_MAX:
        raise OrderInput(
            "approval_approver_missing",
            "A workflow has 1 to {most} steps, each with somebody who approves.",
            field="steps",
            next_step="Choose at least one person.",
            most=STEPS_MAX,
        )
    wanted = {number for step in cleaned for number in step if 0 < number <= NUMBER_MAX}
    rows = Membership.objects.select_related("own_role").filter(
        account=seller, user_id__in=wanted, user__is_active=True
    )
    may = {
        row.user_id for row in rows if Capability.MANAGE_ORDERS in granted_to(row, kind=seller.kind)
    }
    if any(number not in may for step in cleaned for number in step):
        raise OrderInput(
            "approval_approver_unknown",
            "One of those who approve does not work for this account, or may not manage orders.",
            field="steps",
            next_step="Choose other people.",
        )
    return cleaned
