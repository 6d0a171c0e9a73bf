"""Put facts into the outbox and let a consumer take them out again, each once it has left the system."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement
from entrepot.infra.outbox.models import OutboxEvent

ATTEMPTS_MAX = 10
LIMIT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One fact as a consumer gets it; `id` never changes, so that a receiver can drop a repetition."""

    id: int
    kind: str
    object_id: int
    tenant_id: int | None
    on_day: date
    payload: Mapping[str, Any]


class CannotSend(Exception):
    """The other side did not take the fact; its text is kept and the next round tries again."""


def put(
    *,
    kind: str,
    object_id: int,
    tenant_id: int | None,
    on_day: date,
    payload: Mapping[str, Any],
) -> int:
    """Add a fact in the caller's transaction; return its id. `payload` holds JSON values."""
    ((number,),) = prepared_rows(
        statement("entrepot.infra.outbox", "put"),
        kind=kind,
        object_id=object_id,
        tenant_id=tenant_id,
        on_day=on_day,
        payload=json.dumps(dict(payload)),
    )
    return int(number)


def send_waiting(*, send: Callable[[Outgoing], None], now: datetime, limit: int) -> int:
    """Hand waiting facts to `send`, oldest first, at most `limit`; return how many were taken.

    Each fact has its own transaction and row lock, so several consumers may run at once. One that was
    sent just before a crash is sent again: receivers drop ids that they know. A fact that failed ten
    times waits for a person. Raises: ValueError for a limit outside 1 to 1,000.
    """
    if not 1 <= limit <= LIMIT_MAX:
        raise ValueError(f"limit {limit} lies outside 1 to {LIMIT_MAX}")
    sent, last = 0, 0
    for _ in range(limit):
        with transaction.atomic():
            row = (
                OutboxEvent.objects.select_for_update(skip_locked=True)
                .filter(taken_at=None, attempts__lt=ATTEMPTS_MAX, id__gt=last)
                .order_by("id")
                .first()
            )
            if row is None:
                break
            last = row.id
            sent += _send_one(row, send=send, now=now)
    return sent


def _send_one(row: OutboxEvent, *, send: Callable[[Outgoing], None], now: datetime) -> int:
    fact = Outgoing(row.id, row.kind, row.object_id, row.tenant_id, row.on_day, row.payload)
    mine = OutboxEvent.objects.filter(pk=row.pk)
    try:
        send(fact)
    except CannotSend as reason:
        mine.update(attempts=F("attempts") + 1, error=str(reason)[:1000])
        return 0
    mine.update(taken_at=now, attempts=F("attempts") + 1, error="")
    return 1
