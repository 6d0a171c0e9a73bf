"""How long people stay signed in (section 3.16 of the quality page).

Staff of provider and resellers: 30 minutes without a request, 12 hours at most. Customers: 12 hours and 14 days. The
session keeps when it began, when it was last used (to the minute), the realm of the sign-in and the chosen account.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from django.contrib.sessions.backends.base import SessionBase

from entrepot.domain.parties.viewer import Panel

_HOUR = 60 * 60
IDLE_SECONDS: Mapping[Panel, int] = MappingProxyType(
    {Panel.PROVIDER: _HOUR // 2, Panel.RESELLER: _HOUR // 2, Panel.CUSTOMER: 12 * _HOUR}
)
WHOLE_SECONDS: Mapping[Panel, int] = MappingProxyType(
    {Panel.PROVIDER: 12 * _HOUR, Panel.RESELLER: 12 * _HOUR, Panel.CUSTOMER: 14 * 24 * _HOUR}
)
# The session is written again at most once a minute, not on every request.
_TOUCH_SECONDS = 60

_BEGAN, _SEEN, _REALM, _ACCOUNT, _PANEL = "began", "seen", "realm", "account", "panel"


def begin(session: SessionBase, *, panel: Panel, realm: str, now: datetime) -> None:
    """Note the facts of a fresh sign-in."""
    session[_BEGAN] = session[_SEEN] = int(now.timestamp())
    session[_REALM] = realm
    keep_as(session, panel=panel)


def keep_as(session: SessionBase, *, panel: Panel) -> None:
    """Give the session the ages of a panel."""
    session[_PANEL] = panel.value
    session.set_expiry(IDLE_SECONDS[panel])


def choose_account(session: SessionBase, *, account_id: int, panel: Panel) -> None:
    """Work for another account from now on, under a new session key."""
    session.cycle_key()
    session[_ACCOUNT] = account_id
    keep_as(session, panel=panel)


def forget_account(session: SessionBase) -> None:
    """Drop the choice of an account that is no longer the person's."""
    session.pop(_ACCOUNT, None)


def chosen_account(session: SessionBase) -> int | None:
    """Return the account that the person chose, if any."""
    chosen = session.get(_ACCOUNT)
    return chosen if isinstance(chosen, int) else None


def is_over(session: SessionBase, *, now: datetime) -> bool:
    """Tell whether the session is too old or was unused for too long."""
    if _BEGAN not in session:
        return False
    panel = Panel(session[_PANEL])
    at = int(now.timestamp())
    began, seen = int(session[_BEGAN]), int(session[_SEEN])
    return at - began >= WHOLE_SECONDS[panel] or at - seen >= IDLE_SECONDS[panel]


def touch(session: SessionBase, *, now: datetime) -> None:
    """Note that the session is in use."""
    at = int(now.timestamp())
    if _SEEN in session and at - session[_SEEN] >= _TOUCH_SECONDS:
        session[_SEEN] = at


def belongs_to(session: SessionBase, *, host: str) -> bool:
    """Tell whether the session may be used at a realm: a sign-in holds for its own realm only."""
    return bool(session.get(_REALM, host) == host)
