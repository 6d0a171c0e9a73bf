"""Put facts into the outbox, in the transaction of what they tell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One fact as a handler gets it; `id` never changes, so that a receiver outside can drop a repetition.

    `told_at` is when the handler's job began, not when it happened.
    """

    id: int
    kind: str
    object_id: int
    tenant_id: int | None
    on_day: date
    payload: Mapping[str, Any]
    told_at: datetime


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
