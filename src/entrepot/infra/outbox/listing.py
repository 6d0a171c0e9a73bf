"""What waits, has left, or is left for a person: reads for people, and the second chance of a fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from entrepot.infra.outbox.models import OutboxEvent
from entrepot.infra.outbox.outgoing import ATTEMPTS_MAX

LIMIT_MAX = 200
COUNT_MAX = 1_000


class FactState(StrEnum):
    """Where a fact stands; stuck ones failed ten times and wait for a person."""

    WAITING = "waiting"
    STUCK = "stuck"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact that leaves; `error` is what the other side said at the last attempt."""

    id: int
    kind: str
    object_id: int
    on_day: date
    payload: Mapping[str, Any]
    state: FactState
    attempts: int
    error: str
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactPage:
    """One page of facts, newest first; `older` leads on, `newer` back, None where there is none."""

    rows: tuple[FactRow, ...]
    older: int | None
    newer: int | None


def list_facts(
    *, state: FactState | None, limit: int, before: int | None = None, after: int | None = None
) -> FactPage:
    """Give facts, newest first, at most 200; the caller decides who may read them.

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
    page = tuple(_row(row) for row in found[:size])
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


def try_again(*, fact_id: int) -> bool:
    """Let a stuck fact be sent once more, with all attempts; false for every other one."""
    return bool(_of_state(FactState.STUCK).filter(pk=fact_id).update(attempts=0))


def _of_state(state: FactState | None) -> QuerySet[OutboxEvent]:
    rows = OutboxEvent.objects.all()
    match state:
        case FactState.WAITING:
            return rows.filter(taken_at=None, attempts__lt=ATTEMPTS_MAX)
        case FactState.STUCK:
            return rows.filter(taken_at=None, attempts__gte=ATTEMPTS_MAX)
        case FactState.TAKEN:
            return rows.filter(taken_at__isnull=False)
        case None:
            return rows


def _row(row: OutboxEvent) -> FactRow:
    if row.taken_at is not None:
        state = FactState.TAKEN
    else:
        state = FactState.STUCK if row.attempts >= ATTEMPTS_MAX else FactState.WAITING
    return FactRow(
        id=row.id,
        kind=row.kind,
        object_id=row.object_id,
        on_day=row.on_day,
        payload=row.payload,
        state=state,
        attempts=row.attempts,
        error=row.error,
        taken_at=row.taken_at,
    )
