"""Write audit entries; called by commands in their transaction, never by views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot.infra.audit.models import AuditEntry


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, a command of the operator, or a task.

    `user_id` is None for programs; `on_behalf_of_id` is the account that a person acts for when it is not their own.
    """

    user_id: int | None
    name: str
    channel: str = "screen"
    on_behalf_of_id: int | None = None
    request_id: str = ""


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
    return AuditEntry.objects.create(
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        on_behalf_of_id=actor.on_behalf_of_id,
        channel=actor.channel,
        tenant_id=tenant_id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        object_label=object_label,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
        request_id=actor.request_id,
    ).id
