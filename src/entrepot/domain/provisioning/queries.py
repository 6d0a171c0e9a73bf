"""What people see of provisioning; every row belongs to a subscription that the viewer sees."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.connectors.registry import abilities
from entrepot.domain.provisioning.errors import NoSuchOperation
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, Feature
from entrepot.domain.provisioning.lifecycle import FINAL, State
from entrepot.domain.provisioning.models import (
    Connector,
    FollowUp,
    Operation,
    ServiceInstance,
    VendorCall,
)

ROWS_MAX = 200
CALLS_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation. `due_at` is the next try or look; `can_resubmit` for what is parked."""

    id: int
    subscription_id: int
    cause: str
    connector: str
    action: Action
    state: State
    quantity: Decimal
    attempts: int
    error_class: str
    error: str
    is_effect_known: bool
    requested_by: str
    requested_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    can_resubmit: bool


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call to the vendor."""

    at: datetime
    purpose: str
    outcome: str
    text: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """Something that waits for a person."""

    id: int
    kind: str
    connector: str
    operation_id: int | None
    text: str
    opened_at: datetime


def can(*, connector_id: int, what: Action | Feature) -> bool:
    """Tell whether a connector declares an action or feature. Raises: NoSuchOperation."""
    kinds = Connector.objects.filter(pk=connector_id).values_list("kind", flat=True)
    found: ConnectorKind | None = kinds.first()
    if found is None:
        raise NoSuchOperation(object=f"Connector {connector_id}")
    return abilities(found).can(what)


def has_services() -> bool:
    """Tell whether any service was ever asked for at a vendor."""
    return ServiceInstance.objects.exists()


def is_open(*, operation_id: int) -> bool:
    """Tell whether an operation may still have an effect: it is not over, or waits for a person."""
    return Operation.objects.filter(pk=operation_id).exclude(state__in=sorted(FINAL)).exists()


def list_operations(
    viewer: Viewer,
    *,
    state: State | None = None,
    subscription_id: int | None = None,
    cause_prefix: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> tuple[OperationRow, ...]:
    """Return operations, the newest first; `before_id` continues a list. Raises: ValueError for a limit over 200."""
    if not 1 <= limit <= ROWS_MAX:
        raise ValueError(f"limit {limit} lies outside 1 to {ROWS_MAX}")
    rows = access.visible(viewer, Operation).select_related("instance", "connector")
    if state is not None:
        rows = rows.filter(state=state)
    if subscription_id is not None:
        rows = rows.filter(instance__subscription_id=subscription_id)
    if cause_prefix:
        rows = rows.filter(cause__startswith=cause_prefix)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return tuple(_operation_row(row) for row in rows.order_by("-id")[:limit])


def calls_of(viewer: Viewer, *, operation_id: int) -> tuple[CallRow, ...]:
    """Return the calls of an operation in their order, the last 200. Raises: NoSuchOperation."""
    if not access.visible(viewer, Operation).filter(pk=operation_id).exists():
        raise NoSuchOperation(object=f"Operation {operation_id}")
    rows = VendorCall.objects.filter(operation_id=operation_id).order_by("-id")[:CALLS_SHOWN_MAX]
    return tuple(
        CallRow(row.at, row.purpose.value, row.outcome, row.text, row.milliseconds)
        for row in reversed(rows)
    )


def open_follow_ups(viewer: Viewer, *, limit: int = 50) -> tuple[FollowUpRow, ...]:
    """Return what waits for people, the newest first; only the provider's staff see any."""
    if not 1 <= limit <= ROWS_MAX:
        raise ValueError(f"limit {limit} lies outside 1 to {ROWS_MAX}")
    rows = access.visible(viewer, FollowUp).filter(closed_at__isnull=True)
    newest = rows.select_related("connector").order_by("-opened_at", "-id")[:limit]
    return tuple(
        FollowUpRow(
            id=row.id,
            kind=row.kind.value,
            connector=row.connector.name,
            operation_id=row.operation_id,
            text=row.text,
            opened_at=row.opened_at,
        )
        for row in newest
    )


def _operation_row(row: Operation) -> OperationRow:
    return OperationRow(
        id=row.id,
        subscription_id=row.instance.subscription_id,
        cause=row.cause,
        connector=row.connector.name,
        action=row.action,
        state=row.state,
        quantity=row.quantity,
        attempts=row.attempts,
        error_class=row.error_class,
        error=row.error,
        is_effect_known=row.is_effect_known,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        due_at=row.due_at,
        settled_at=row.settled_at,
        can_resubmit=row.state is State.PARKED,
    )
