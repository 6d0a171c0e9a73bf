"""Lines of the history of subscriptions, with an audit entry for each.

Callers publish what happened; only orders are published here, because several of one buyer are ordered together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from entrepot.domain.subscriptions.events import SubscriptionsOrdered
from entrepot.infra.audit.recorder import Actor, Entry, recording
from entrepot.infra.db.prepared import prepared_batch
from entrepot.infra.db.sql import statement
from entrepot.kernel.events import bus


@dataclass(frozen=True, slots=True)
class Note:
    """What happened to one subscription; `label` names it for people."""

    subscription_id: int
    tenant_id: int
    label: str
    kind: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def note_all(*, notes: Sequence[Note], on_day: date, actor: Actor, now: datetime) -> None:
    """Write the lines and their audit entries, in the order given."""
    reasons = [{"reason": note.reason} if note.reason else {} for note in notes]
    lines = {
        "on_day": on_day,
        "actor_name": actor.name[:150],
        "tenant_ids": [note.tenant_id for note in notes],
        "subscription_ids": [note.subscription_id for note in notes],
        "kinds": [note.kind for note in notes],
        "facts": [
            json.dumps({**note.after, **reason})
            for note, reason in zip(notes, reasons, strict=True)
        ],
    }
    entries = [
        Entry(
            action=f"subscription_{note.kind}",
            object_kind="subscription",
            object_id=note.subscription_id,
            tenant_id=note.tenant_id,
            object_label=note.label,
            before=note.before,
            after=note.after,
            reason=note.reason,
        )
        for note in notes
    ]
    prepared_batch(
        (statement("entrepot.domain.subscriptions", "add_notes"), lines),
        recording(entries=entries, actor=actor, now=now),
    )
    ordered = tuple(note.subscription_id for note in notes if note.kind == "ordered")
    if ordered:
        bus.publish(SubscriptionsOrdered(ordered, notes[0].tenant_id, on_day, now))
