"""What people of one account have written down about an order."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.ordering.models import OrderNote
from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer

NOTES_MAX = 200


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note: when, who, what."""

    id: int
    at: datetime
    author: str
    text: str


def notes_of(viewer: Viewer, *, order_id: int) -> tuple[NoteRow, ...]:
    """Give the notes of the viewer's own account about an order, the oldest first, at most the newest 200."""
    rows = access.visible(viewer, OrderNote).filter(order_id=order_id, owner_id=viewer.account_id)
    newest = list(rows.order_by("-id")[:NOTES_MAX])
    return tuple(NoteRow(row.id, row.at, row.author_name, row.text) for row in reversed(newest))
