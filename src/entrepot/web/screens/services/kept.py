"""Whom somebody has chosen for a service, kept in the session while they look at ways to buy what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex

from django.contrib.sessions.backends.base import SessionBase

_NAME = "services_chosen"


@dataclass(frozen=True, slots=True)
class Chosen:
    """People and the service that they shall have; `key` names the order, so that it is placed once."""

    resource_id: int
    user_ids: tuple[int, ...]
    key: str


def keep(session: SessionBase, *, resource_id: int, user_ids: Sequence[int]) -> None:
    """Keep a choice instead of the one before."""
    session[_NAME] = {
        "resource": resource_id,
        "people": list(user_ids),
        "key": token_hex(16),
    }


def chosen(session: SessionBase, *, resource_id: int) -> Chosen | None:
    """Return what was chosen for a service, None for nothing."""
    found = session.get(_NAME)
    if not isinstance(found, dict) or found.get("resource") != resource_id:
        return None
    return Chosen(resource_id, tuple(found["people"]), str(found["key"]))


def forget(session: SessionBase) -> None:
    """Leave the choice; it is done."""
    session.pop(_NAME, None)
