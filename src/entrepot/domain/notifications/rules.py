"""When a message is tried again; pure.

A mail server that does not answer costs no attempts: what waits is tried again every quarter of an hour at the latest,
however long it takes. What the server itself puts off is tried 15 times within about four days, as mail servers do
among each other.
"""

from datetime import datetime, timedelta

from entrepot.domain.notifications.kinds import Failure

ATTEMPTS_MAX = 15
REST_MINUTES_MAX = 15
_MINUTES = (1, 5, 15, 60, 120, 240, 480)
DIGEST_AFTER = timedelta(hours=1)
DIGEST_FROM = 3
STALE_AFTER = timedelta(hours=1)
"""A message that is being sent for longer belongs to a worker that ended."""


def next_try(*, failure: Failure, attempts: int, now: datetime) -> datetime | None:
    """Say when a message is tried again after so many attempts, None for never."""
    if failure is Failure.UNREACHABLE:
        return now + timedelta(minutes=min(2 ** min(attempts, 4), REST_MINUTES_MAX))
    if failure in (Failure.REFUSED_FOR_NOW, Failure.NO_ANSWER) and attempts < ATTEMPTS_MAX:
        return now + timedelta(minutes=_MINUTES[min(attempts, len(_MINUTES)) - 1])
    return None
