"""Policies behind the second wall (`walls.py`): which rows of a table are left, said once, in a migration.

A table is open to all roles but two: for those that stand for a tenant or a branch, a restrictive policy leaves the
rows of the tree. Conditions name columns of the table without its name and use settings that a missing value turns
into no row. The owner is not forced through them, so that a dump by the owner is whole; nobody works as the owner.
"""

from dataclasses import dataclass
from typing import Any

from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from entrepot.infra.db.walls import BRANCH_ROLE, TENANT_ROLE, Wall, behind
from entrepot.kernel.errors import Refused


class WallMissing(Refused):
    """The second wall does not stand, so that no page may be shown."""

    codes = frozenset({"wall_has_gaps", "wall_roles_missing", "wall_leaks"})


_TENANT = "nullif(current_setting('entrepot.tenant', true), '')::bigint"
_PATH = "nullif(current_setting('entrepot.path', true), '')"
_PERSON = "nullif(current_setting('entrepot.person', true), '')::bigint"
_WALLED = """
SELECT pg_class.relname
FROM pg_class
INNER JOIN pg_policy ON pg_policy.polrelid = pg_class.oid AND pg_policy.polname = ANY (%(names)s)
WHERE pg_class.relnamespace = 'public'::regnamespace AND pg_class.relrowsecurity
GROUP BY pg_class.relname
HAVING count(*) = 3
"""
_ABOVE = "nullif(current_setting('entrepot.above', true), '')::bigint[]"


@dataclass(frozen=True, slots=True)
class Left:
    """The rows that are left: for a tenant as a whole, and for a branch inside it."""

    tenant: str
    branch: str

    def __or__(self, other: "Left") -> "Left":
        """Leave what either leaves."""
        return Left(f"({self.tenant}) OR ({other.tenant})", f"({self.branch}) OR ({other.branch})")

    def in_tenant(self) -> "Left":
        """Leave a tenant its rows by their own column, which is the cheaper question; a branch as it was."""
        return Left(f"tenant_id = {_TENANT}", f"tenant_id = {_TENANT} AND ({self.branch})")


def below_path(column: str) -> Left:
    """Leave rows whose path lies in the tree."""
    inside = f"{column} ~>=~ {_PATH} AND {column} ~<~ ({_PATH} || '~')"
    return Left(inside, inside)


def accounts() -> Left:
    """Leave accounts: the tree, and those above it, whose names stand on what it buys."""
    above = f"id = ANY ({_ABOVE})"
    return below_path("path").in_tenant() | Left(above, above)


def below(column: str) -> Left:
    """Leave rows of accounts of the tree."""
    inside = below_path("account.path").branch
    asked = f"EXISTS (SELECT FROM account WHERE account.id = {{table}}.{column} AND {inside})"
    return Left(asked, asked)


def line(column: str) -> Left:
    """Leave rows of accounts of the tree and of those above it, which it buys from."""
    return through(column, "account")


def through(column: str, table: str, key: str = "id") -> Left:
    """Leave rows whose row in another table is left."""
    asked = f"EXISTS (SELECT FROM {table} WHERE {table}.{key} = {{table}}.{column})"
    return Left(asked, asked)


def own(column: str) -> Left:
    """Leave rows of the person at work."""
    asked = f"{column} = {_PERSON}"
    return Left(asked, asked)


def nobodys(column: str) -> Left:
    """Leave rows of no account."""
    asked = f"{column} IS NULL"
    return Left(asked, asked)


class Walled(Operation):
    """Put a table behind the second wall."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, left: Left) -> None:
        self.table, self.left = table, left

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Describe the operation by its parts."""
        return type(self).__name__, [self.table, self.left], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: policies are the database's."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Add the policies, instead of those that are there."""
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        table = self.table
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY everybody ON {table} USING (true)")
        for role, condition in ((TENANT_ROLE, self.left.tenant), (BRANCH_ROLE, self.left.branch)):
            schema_editor.execute(
                f"CREATE POLICY {role} ON {table} AS RESTRICTIVE TO {role} "
                # The planner takes a bare condition for one that leaves few rows, beside the filter that asks the same.
                f"USING (coalesce({condition.format(table=table)}, false))"
            )

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Take the policies away."""
        for name in ("everybody", TENANT_ROLE, BRANCH_ROLE):
            schema_editor.execute(f"DROP POLICY IF EXISTS {name} ON {self.table}")
        schema_editor.execute(f"ALTER TABLE {self.table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        """Say what it does."""
        return f"Put {self.table} behind the second wall"


def declared() -> frozenset[str]:
    """Return the tables that migrations put behind the wall."""
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values()
    return frozenset(
        one.table for each in migrations for one in each.operations if isinstance(one, Walled)
    )


def unwalled() -> tuple[str, ...]:
    """Return the tables that have a gap: a policy of the three is missing, or they are not in force."""
    with connection.cursor() as cursor:
        cursor.execute(_WALLED, {"names": [TENANT_ROLE, BRANCH_ROLE, "everybody"]})
        return tuple(sorted(declared() - {name for (name,) in cursor.fetchall()}))


def require_wall() -> None:
    """Make sure that the second wall stands: all policies are in force, and its roles may be taken and hold.

    Raises: WallMissing.
    """
    if gaps := unwalled():
        raise WallMissing(
            "wall_has_gaps",
            "These tables are not behind the second wall: {tables}.",
            next_step="Run: bin/entrepot migrate. If that does not help, restore their policies from a backup.",
            tables=", ".join(gaps),
        )
    try:
        # No account has this path, so that any row is one too many.
        with behind(Wall(tenant_id=0, path="0.", user_id=0)), connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM account)")
            (holds,) = cursor.fetchone()
    except ProgrammingError as error:
        raise WallMissing(
            "wall_roles_missing",
            "The database's login may not work behind the second wall: {reason}",
            next_step="Run the statements of bin/entrepot db sql again as the server's superuser.",
            reason=str(error).strip(),
        ) from error
    if holds:
        raise WallMissing(
            "wall_leaks",
            "Behind the second wall of nobody there is an account.",
            next_step="Run: bin/entrepot migrate. If that does not help, restore the policies from a backup.",
        )
