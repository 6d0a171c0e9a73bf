"""What people of one account have written down about a subscription."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.models import SubscriptionNote

NOTES_MAX = 100


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note: when, who, what."""

    at: datetime
    author: str
    text: str


def notes_of(viewer: Viewer, *, subscription_id: int) -> tuple[NoteRow, ...]:
    """Give the notes of the viewer's own account about a subscription, the newest first, at most 100."""
    rows = access.visible(viewer, SubscriptionNote).filter(subscription_id=subscription_id)
    return tuple(
        NoteRow(row.at, row.author_name, row.text) for row in rows.order_by("-id")[:NOTES_MAX]
    )
