"""How long people stay signed in (section 3.16 of the quality page).

Staff of provider and resellers: 30 minutes without a request, 12 hours at most. Customers: 12 hours and 14 days. The
session keeps when it began, when it was last used (to the minute), the realm of the sign-in and the chosen account.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from django.contrib.sessions.backends.base import SessionBase

from entrepot.domain.parties.sessions import BEGAN, BROWSER, NETWORK, SEEN
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

_BEGAN, _SEEN = BEGAN, SEEN
_REALM, _ACCOUNT, _PANEL = "realm", "account", "panel"
_ACTING = "acting"
_PROVED, _OPENED = "proved", "opened"

FRESH_SECONDS = 10 * 60
"""So long after the password or a second factor nothing is asked again (section 3.16 of the quality page)."""
FORM_SECONDS = 30 * 60
"""So long after a form was opened in that time it may still be sent, so that no typing is lost."""
_OPENED_MAX = 20
_DUE, _DUE_SECONDS = "factor_due", 60
_CODES = "codes_until"


def begin(
    session: SessionBase, *, panel: Panel, realm: str, now: datetime, network: str, browser: str
) -> None:
    """Note the facts of a fresh sign-in; `network` and `browser` are what its person later knows it by."""
    session[_BEGAN] = session[_SEEN] = session[_PROVED] = int(now.timestamp())
    session[_REALM] = realm
    session[NETWORK], session[BROWSER] = network, browser
    keep_as(session, panel=panel)


def prove(session: SessionBase, *, now: datetime) -> None:
    """Note that the person has just proved again who they are."""
    session[_PROVED] = int(now.timestamp())


def is_fresh(session: SessionBase, *, now: datetime) -> bool:
    """Tell whether the person has proved lately who they are; nobody has in a session that does not say when."""
    proved = session.get(_PROVED, session.get(_BEGAN))
    return isinstance(proved, int) and int(now.timestamp()) - proved < FRESH_SECONDS


def note_opened(session: SessionBase, *, path: str, now: datetime) -> None:
    """Note that a form was opened while the person had proved lately who they are; the last 20 forms are kept."""
    opened = {**session.get(_OPENED, {})}
    opened.pop(path, None)
    opened[path] = int(now.timestamp())
    session[_OPENED] = dict(list(opened.items())[-_OPENED_MAX:])


def may_send(session: SessionBase, *, path: str, now: datetime) -> bool:
    """Tell whether a form may be sent without asking again who sits there."""
    opened = session.get(_OPENED, {}).get(path, 0)
    return is_fresh(session, now=now) or int(now.timestamp()) - opened < FORM_SECONDS


def note_due(session: SessionBase, *, account_id: int, is_due: bool, now: datetime) -> None:
    """Note whether the person has to add a second factor to work for an account."""
    session[_DUE] = [account_id, int(now.timestamp()), is_due]


def known_due(session: SessionBase, *, account_id: int, now: datetime) -> bool | None:
    """Return whether a second factor has to be added, None when that has to be looked up again.

    "No" holds for a minute and for the account that was asked about, "yes" is looked up each time. Nothing is due in
    a session that does not say when it began: nobody signed in for it.
    """
    if _BEGAN not in session:
        return False
    account, at, is_due = session.get(_DUE, (0, 0, True))
    is_old = int(now.timestamp()) - at >= _DUE_SECONDS
    return None if is_due or is_old or account != account_id else False


def show_codes(session: SessionBase, *, now: datetime) -> None:
    """Let the recovery codes be seen for ten minutes, in this session only."""
    session[_CODES] = int(now.timestamp()) + FRESH_SECONDS


def hide_codes(session: SessionBase) -> None:
    """Show the recovery codes no longer."""
    session.pop(_CODES, None)


def sees_codes(session: SessionBase, *, now: datetime) -> bool:
    """Tell whether recovery codes were made just now in this session."""
    until = session.get(_CODES, 0)
    return bool(int(now.timestamp()) < until)


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


def act(session: SessionBase, *, acting_id: int) -> None:
    """Work on behalf of another account from now on, under a new session key; the ages stay those of the person."""
    session.cycle_key()
    session[_ACTING] = acting_id


def stop_acting(session: SessionBase) -> None:
    """Work for the own account again, under a new session key."""
    session.pop(_ACTING, None)
    session.cycle_key()


def acting(session: SessionBase) -> int | None:
    """Return the acting session that is on, if any."""
    found = session.get(_ACTING)
    return found if isinstance(found, int) else None


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
