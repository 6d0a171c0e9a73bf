"""The history of signing in: what is kept of each attempt, and who reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.kinds import SignInOutcome
from entrepot.domain.parties.models import SignIn
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.db.sql import statement

KEPT = 200
"""So many attempts of a person with the same outcome are kept."""
_NETWORK_MAX, _BROWSER_MAX = 64, 200


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One attempt. `network` is an address, `browser` what the browser says of itself."""

    at: datetime
    network: str
    browser: str
    outcome: SignInOutcome


def note_sign_in(
    *, username: str, network: str, browser: str, outcome: SignInOutcome, now: datetime
) -> None:
    """Keep an attempt at a name "realm/login"; nothing for a name that nobody has, at the same cost.

    Losing the newest of them in a crash of the database does no harm, so that nobody waits for the disk.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        statement("entrepot.domain.parties", "note_sign_in").run(
            cursor,
            username=username.replace("\0", ""),
            at=now,
            network=network[:_NETWORK_MAX],
            browser=browser.replace("\0", "")[:_BROWSER_MAX],
            outcome=outcome.value,
            kept=KEPT,
        )


def own_sign_ins(*, user_id: int, limit: int) -> tuple[SignInRow, ...]:
    """Return a person's own newest attempts, at most 200."""
    rows = SignIn.objects.filter(user_id=user_id).order_by("-at", "-id")[: min(limit, KEPT)]
    return tuple(SignInRow(one.at, one.network, one.browser, one.outcome) for one in rows)


def sign_ins_of(viewer: Viewer, *, user_id: int, limit: int) -> tuple[SignInRow, ...]:
    """Return the newest attempts of a person whom the viewer sees, at most 200; none of others."""
    rows = visible(viewer, SignIn).filter(user_id=user_id).order_by("-at", "-id")
    return tuple(
        SignInRow(one.at, one.network, one.browser, one.outcome) for one in rows[: min(limit, KEPT)]
    )
