"""What waits, was handled, or is left for a person: reads for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from entrepot.infra.outbox.models import DeliveryState, FactDelivery, OutboxEvent

LIMIT_MAX = 200
COUNT_MAX = 1_000


class FactState(StrEnum):
    """Where a fact stands: nobody has it yet, its handlers work on it, one of them parked it, or all are done."""

    WAITING = "waiting"
    OPEN = "open"
    STUCK = "stuck"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One handler of a fact; `error` is why it was parked."""

    handler: str
    state: DeliveryState
    job_id: int
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact with its handlers; none means that nobody wants to be told."""

    id: int
    kind: str
    object_id: int
    on_day: date
    payload: Mapping[str, Any]
    state: FactState
    taken_at: datetime | None
    deliveries: tuple[DeliveryRow, ...]


@dataclass(frozen=True, slots=True)
class FactPage:
    """One page of facts, newest first; `older` leads on, `newer` back, None where there is none."""

    rows: tuple[FactRow, ...]
    older: int | None
    newer: int | None


def list_facts(
    *, state: FactState | None, limit: int, before: int | None = None, after: int | None = None
) -> FactPage:
    """Give facts, newest first, at most 200; the caller decides who may read them. Two statements.

    `before` is the id of the last row of the page before, `after` that of the first row of the page behind.
    """
    size = min(limit, LIMIT_MAX)
    rows = _of_state(state)
    is_back = after is not None and before is None
    if before is not None:
        rows = rows.filter(id__lt=before)
    elif after is not None:
        rows = rows.filter(id__gt=after)
    found = list(rows.order_by("id" if is_back else "-id")[: size + 1])
    page = _rows(found[:size])
    page = page[::-1] if is_back else page
    more = len(found) > size
    return FactPage(
        page,
        older=page[-1].id if page and (more or is_back) else None,
        newer=page[0].id if page and (before is not None or (is_back and more)) else None,
    )


def count_facts(*, state: FactState) -> int:
    """Count the facts of a state, at most 1,000: 1,000 means that there are more."""
    return _of_state(state).values("id")[:COUNT_MAX].count()


def _of_state(state: FactState | None) -> QuerySet[OutboxEvent]:
    rows = OutboxEvent.objects.all()
    parked, waiting = _has(DeliveryState.PARKED), _has(DeliveryState.WAITING)
    match state:
        case FactState.WAITING:
            return rows.filter(taken_at=None)
        case FactState.STUCK:
            return rows.filter(parked)
        case FactState.OPEN:
            return rows.filter(waiting).exclude(parked)
        case FactState.TAKEN:
            return rows.filter(taken_at__isnull=False).exclude(parked).exclude(waiting)
        case None:
            return rows


def _has(state: DeliveryState) -> Exists:
    return Exists(FactDelivery.objects.filter(fact_id=OuterRef("id"), state=state))


def _rows(found: Sequence[OutboxEvent]) -> tuple[FactRow, ...]:
    deliveries: dict[int, list[DeliveryRow]] = {row.id: [] for row in found}
    for one in FactDelivery.objects.filter(fact_id__in=list(deliveries)).order_by("handler"):
        deliveries[one.fact_id].append(
            DeliveryRow(one.handler, one.state, one.job_id, one.attempts, one.error)
        )
    return tuple(
        FactRow(
            id=row.id,
            kind=row.kind,
            object_id=row.object_id,
            on_day=row.on_day,
            payload=row.payload,
            state=_state(row, deliveries[row.id]),
            taken_at=row.taken_at,
            deliveries=tuple(deliveries[row.id]),
        )
        for row in found
    )


def _state(row: OutboxEvent, deliveries: Sequence[DeliveryRow]) -> FactState:
    if row.taken_at is None:
        return FactState.WAITING
    states = {one.state for one in deliveries}
    if DeliveryState.PARKED in states:
        return FactState.STUCK
    return FactState.OPEN if DeliveryState.WAITING in states else FactState.TAKEN
