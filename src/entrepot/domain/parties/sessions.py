"""Sessions in the database that know whose they are, so that people see theirs and can end them.

`SessionStore` is what the setting SESSION_ENGINE names this module for.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from entrepot.domain.parties.models import OpenSession

SHOWN_MAX = 100
NETWORK, BROWSER, BEGAN, SEEN = "network", "browser", "began", "seen"
"""What `web/access/sessions.py` puts into a session and a list of sessions shows; instants as whole seconds."""


class SessionStore(DatabaseStore):
    """Django's store with the person in a column."""

    @classmethod
    def get_model_class(cls) -> type[OpenSession]:
        """Return the table."""
        return OpenSession

    def create_model_instance(self, data: dict[str, Any]) -> OpenSession:
        """Return the row of a session with its person, null for people who are not signed in."""
        row = cast("OpenSession", super().create_model_instance(data))
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of a person. `mark` names it without being its key, which would open it."""

    mark: str
    began: datetime | None
    seen: datetime | None
    network: str
    browser: str
    is_current: bool


def sessions_of(*, user_id: int, current_key: str, now: datetime) -> tuple[SessionRow, ...]:
    """Return a person's open sessions, the present one first, then the last used ones; at most 100."""
    rows = OpenSession.objects.filter(user_id=user_id, expire_date__gt=now)
    found = [_row(one, current_key) for one in rows.order_by("-expire_date")[:SHOWN_MAX]]
    oldest = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda one: (one.is_current, one.seen or oldest), reverse=True))


def end_session(*, user_id: int, mark: str) -> bool:
    """End one of a person's sessions by its mark; False if there is none."""
    keys = OpenSession.objects.filter(user_id=user_id).values_list("session_key", flat=True)
    key = next((one for one in keys if mark_of(one) == mark), None)
    return key is not None and OpenSession.objects.filter(session_key=key).delete()[0] > 0


def end_sessions(*, user_ids: Sequence[int], but_key: str = "") -> int:
    """End all sessions of people but one; return how many ended."""
    rows = OpenSession.objects.filter(user_id__in=user_ids).exclude(session_key=but_key)
    return rows.delete()[0]


def mark_of(key: str) -> str:
    """Name a session in pages: a print of its key, from which the key cannot be found."""
    return hashlib.sha256(f"session {key}".encode()).hexdigest()[:32]


def _row(one: OpenSession, current_key: str) -> SessionRow:
    facts = SessionStore().decode(one.session_data)
    return SessionRow(
        mark=mark_of(one.session_key),
        began=_instant(facts.get(BEGAN)),
        seen=_instant(facts.get(SEEN)),
        network=str(facts.get(NETWORK, "")),
        browser=str(facts.get(BROWSER, "")),
        is_current=one.session_key == current_key,
    )


def _instant(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if isinstance(seconds, int) else None
