"""Advisory locks for singletons such as "the billing run of this hub"; always released with the transaction."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any


class Space(IntEnum):
    """What kind of thing is locked; the first key of the pair."""

    BILLING_RUN = 1
    PRICE_IMPORT = 2
    USAGE_IMPORT = 3
    DEMO = 4
    ORDER = 5
    SUBSCRIPTION_IMPORT = 6


def lock_all(cursor: Any, *, space: Space, ids: Iterable[int]) -> None:
    """Wait for the locks of all ids, in ascending order, until the transaction ends.

    Call it at most once per transaction: a second call could wait in another order than somebody else's.
    """
    for key in sorted(set(ids)):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [int(space), key])


def share(cursor: Any, *, space: Space, key: int = 0) -> None:
    """Wait until nobody holds one lock alone, and keep them from it until the transaction ends; others may share it."""
    cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [int(space), key])


def try_lock(cursor: Any, *, space: Space, key: int = 0) -> bool:
    """Take one lock until the transaction ends, or return False at once if somebody holds it."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [int(space), key])
    return bool(cursor.fetchone()[0])
