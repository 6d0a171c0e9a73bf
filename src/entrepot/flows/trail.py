"""What was done to an object, from the audit trail: for pages of objects that have no history of their own."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.acts import announced
from entrepot.infra.audit.models import AuditEntry

SHOWN_MAX = 30


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One act: `event` names the type in which it was published, empty for none; `action` is the entry's code."""

    at: datetime
    by: str
    event: str
    action: str
    reason: str


def trail_of(viewer: Viewer, *, object_kind: str, object_id: int) -> tuple[TrailLine, ...]:
    """Give the newest 30 acts on an object that the viewer sees; none without the privilege to read the trail."""
    if not viewer.can(Capability.VIEW_AUDIT):
        return ()
    kinds, actions = announced()
    entries = visible(viewer, AuditEntry).filter(object_kind=object_kind, object_id=object_id)
    found = []
    for entry in entries.order_by("-at", "-id")[:SHOWN_MAX]:
        event = actions.get(entry.action) or kinds.get(entry.object_kind)
        name = event.__name__ if event else ""
        found.append(TrailLine(entry.at, entry.actor_name, name, entry.action, entry.reason))
    return tuple(found)
