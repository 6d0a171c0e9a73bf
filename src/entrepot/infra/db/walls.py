"""The second wall: behind it PostgreSQL gives only rows of one account's tree, whatever a statement asks for.

The application's filter (`domain/parties/access.py`) is the first wall and decides what each person sees. This one
knows less, only whose a row is, and holds when a filter was forgotten. It is a role with policies on the tables
(`row_security.py`) and settings that say whose tree it is; both end with the transaction, so that nothing of them
reaches the next request on a connection, nor the next client of a pool.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

TENANT_ROLE = "entrepot_tenant"
BRANCH_ROLE = "entrepot_branch"
_OPEN = "none"
_SET = (
    "SELECT set_config('role', %s, true), set_config('entrepot.tenant', %s, true),"
    " set_config('entrepot.path', %s, true), set_config('entrepot.above', %s, true),"
    " set_config('entrepot.person', %s, true)"
)


@dataclass(frozen=True, slots=True)
class Wall:
    """Whose rows are left: those of the tree below `path` (ids, each followed by a dot) inside one tenant.

    `user_id` is the person at work, whose own row and memberships are always left.
    """

    tenant_id: int
    path: str
    user_id: int

    @property
    def role(self) -> str:
        """Return the role that the statements run as: for a tenant as a whole, or for a branch inside it."""
        return TENANT_ROLE if self._ids[-1] == self.tenant_id else BRANCH_ROLE

    @property
    def above(self) -> str:
        """Return the ids of the accounts above as an array of PostgreSQL: those that the tree buys from."""
        return "{" + ",".join(str(number) for number in self._ids[:-1]) + "}"

    @property
    def _ids(self) -> list[int]:
        return [int(part) for part in self.path.rstrip(".").split(".")]


class _Standing(threading.local):
    wall: Wall | None = None
    block: transaction.Atomic | None = None


_standing = _Standing()


@contextmanager
def behind(wall: Wall | None) -> Iterator[None]:
    """Run the block in one transaction behind a wall; None runs it as it is.

    The commands of the block keep their own transactions as parts of this one: what a command refuses is undone
    alone, what others did stays.
    """
    if wall is None:
        yield
        return
    before, is_outermost = _standing.wall, not connection.in_atomic_block
    block = transaction.atomic()
    block.__enter__()
    try:
        _stand(wall)
        _standing.wall, _standing.block = wall, block if is_outermost else None
        yield
    except BaseException as error:
        _standing.wall, _standing.block = before, None
        block.__exit__(type(error), error, error.__traceback__)
        raise
    _standing.wall, _standing.block = before, None
    if is_broken():
        transaction.set_rollback(True)
    elif not is_outermost:
        _stand(before)
    block.__exit__(None, None, None)


@contextmanager
def beyond(why: str) -> Iterator[None]:
    """Run the block without the wall that stands: a door for what has to look further.

    `why` says for whoever reads the code what is looked for. Without a wall nothing changes.
    """
    assert why
    wall = _standing.wall
    if wall is None:
        yield
        return
    _stand(None)
    _standing.wall = None
    try:
        yield
    finally:
        _standing.wall = wall
        # Of a transaction that failed, what follows is undone to a point before the door: the wall stands again.
        if not (connection.needs_rollback or is_broken()):
            _stand(wall)


def settle() -> None:
    """Commit what the block behind the wall has done so far and go on behind it.

    For blocks that do many things one after the other, so that the locks of the first are not held until the last.
    Inside another transaction, and without a wall, nothing happens.
    """
    wall, block = _standing.wall, _standing.block
    if wall is None or block is None or connection.savepoint_ids or is_broken():
        return
    block.__exit__(None, None, None)
    block.__enter__()
    _stand(wall)


def standing() -> Wall | None:
    """Return the wall that stands at this moment, None for none."""
    return _standing.wall


def is_broken() -> bool:
    """Tell whether a statement failed in the transaction outside any undoable part, so that nothing of it stays."""
    session = connection.connection
    return session is not None and session.info.transaction_status == TransactionStatus.INERROR


def _stand(wall: Wall | None) -> None:
    values = (
        [_OPEN, "", "", "", ""]
        if wall is None
        else [wall.role, str(wall.tenant_id), wall.path, wall.above, str(wall.user_id)]
    )
    with connection.cursor() as cursor:
        cursor.execute(_SET, values)
