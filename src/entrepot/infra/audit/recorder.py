"""Write audit entries and publish them as events; called by commands in their transaction, never by views."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entrepot.infra.audit import acts
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import Statement, statement


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, a command of the operator, or a task.

    `user_id` is None for programs; `on_behalf_of_id` is the account that a person acts for when it is not their own.
    `job` names the task that does what a person has started, such as "job 12".
    """

    user_id: int | None
    name: str
    channel: str = "screen"
    on_behalf_of_id: int | None = None
    request_id: str = ""
    job: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done to one object; `before` and `after` hold JSON values of the changed fields only."""

    action: str
    object_kind: str
    object_id: int | None
    tenant_id: int | None
    object_label: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def record(
    *,
    actor: Actor,
    now: datetime,
    action: str,
    object_kind: str,
    object_id: int | None,
    tenant_id: int | None,
    object_label: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> int:
    """Add one entry and return its id. `before` and `after` hold JSON values of the changed fields only."""
    entry = Entry(
        action, object_kind, object_id, tenant_id, object_label, before or {}, after or {}, reason
    )
    return record_all(entries=[entry], actor=actor, now=now)[0]


def record_all(*, entries: Sequence[Entry], actor: Actor, now: datetime) -> list[int]:
    """Add entries of one act with one statement, in the order given, and publish each; return their ids."""
    wanted, values = recording(entries=entries, actor=actor, now=now)
    ids = [int(number) for (number,) in prepared_rows(wanted, **values)]
    done = [
        acts.Done(number, one.action, one.object_kind, one.object_id, one.tenant_id)
        for number, one in zip(ids, entries, strict=True)
    ]
    acts.publish(done=done, by=actor.name, at=now)
    return ids


def recording(
    *, entries: Sequence[Entry], actor: Actor, now: datetime
) -> tuple[Statement, Mapping[str, Any]]:
    """Give the statement of `record_all` with its values, for commands that send several at once.

    They publish events of their own.
    """
    return statement("entrepot.infra.audit", "add_entries"), {
        "at": now,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "on_behalf_of_id": actor.on_behalf_of_id,
        "channel": actor.channel,
        "request_id": actor.request_id,
        "tenant_ids": [entry.tenant_id for entry in entries],
        "actions": [entry.action for entry in entries],
        "object_kinds": [entry.object_kind for entry in entries],
        "object_ids": [entry.object_id for entry in entries],
        "object_labels": [entry.object_label for entry in entries],
        "old_values": [json.dumps(dict(entry.before)) for entry in entries],
        "new_values": [json.dumps(dict(entry.after)) for entry in entries],
        "reasons": [entry.reason for entry in entries],
    }
