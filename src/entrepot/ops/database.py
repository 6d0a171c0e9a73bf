"""Getting the database ready for a command: server, roles, database, migrations."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from entrepot.infra.postgres.databases import ensure_database
from entrepot.infra.postgres.errors import PostgresUnavailable
from entrepot.infra.postgres.layout import cluster_directory
from entrepot.infra.postgres.server import Server, ensure
from entrepot.infra.postgres.settings import (
    NAME_VARIABLE,
    ROLE_VARIABLE,
    database_settings,
    uses_external_server,
)

ROOT = Path(__file__).resolve().parents[3]
SETTINGS_MODULE = "entrepot.config.settings"
FULL_MIGRATION = (["--verbosity", "0"],)
_MARK = "entrepot migrations "


def own_cluster() -> Path:
    """Return the data directory of this installation's own cluster."""
    return cluster_directory(environment=os.environ, root=ROOT)


def start_server() -> Server | None:
    """Make sure that the server, the roles and the database are there; None with DATABASE_URL.

    Raises: PostgresUnavailable.
    """
    if uses_external_server(os.environ):
        return None
    server = ensure(data_dir=own_cluster())
    try:
        if name := os.environ.get(NAME_VARIABLE):
            ensure_database(server, name=name)
        else:
            ensure_database(server)
    except BaseException:
        server.stop()
        raise
    return server


def connect(*, role: str = "app") -> psycopg.Connection[tuple[Any, ...]]:
    """Connect without Django as `app`, `owner` or `report`, in autocommit.

    Raises: PostgresUnavailable when the server refuses.
    """
    return _connect_to(database_settings({**os.environ, ROLE_VARIABLE: role}, ROOT)["default"])


def _connect_to(found: dict[str, Any]) -> psycopg.Connection[tuple[Any, ...]]:
    options: dict[str, Any] = dict(found.get("OPTIONS", {}))
    given = {
        "dbname": found["NAME"],
        "user": found["USER"],
        "password": found.get("PASSWORD"),
        "host": found["HOST"],
        "port": found["PORT"],
    }
    options |= {name: value for name, value in given.items() if value}
    try:
        return psycopg.connect(**options, autocommit=True)
    except psycopg.OperationalError as error:
        raise PostgresUnavailable(
            code="postgres_not_reachable",
            cause=f"The database {found['NAME']} does not accept the connection: {error}",
            next_step="Check the address and the roles (docs/operations.md), then run it again.",
        ) from error


def schema_checksum() -> str:
    """Return a checksum of everything that migrations consist of: ours and the pinned packages."""
    files = sorted(ROOT.glob("src/entrepot/**/migrations/*.py"))
    digest = hashlib.sha256()
    for path in [*files, ROOT / "requirements.txt"]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def is_migrated() -> bool:
    """Return whether the database was migrated by exactly these files.

    The mark is the comment on the schema, so it travels with a dump and cannot outlive a database.
    """
    with connect(role="owner") as connection:
        query = "SELECT obj_description('public'::regnamespace, 'pg_namespace')"
        row = connection.execute(query).fetchone()
    return row is not None and row[0] == _MARK + schema_checksum()


def mark_migrated() -> None:
    """Record that all migrations were applied."""
    statement = sql.SQL("COMMENT ON SCHEMA public IS {}")
    with connect(role="owner") as connection:
        connection.execute(statement.format(sql.Literal(_MARK + schema_checksum())))


def require_migrations() -> None:
    """Make sure that the database has the form this version needs.

    Our own database is migrated on the spot. On a server of the operator's that is a decision of
    theirs: there the command is refused until they ran `migrate`.

    Raises: PostgresUnavailable.
    """
    if not uses_external_server(os.environ):
        migrate_if_needed()
    elif not is_migrated():
        raise PostgresUnavailable(
            code="postgres_not_migrated",
            cause="The database does not have the form that this version of the program needs.",
            next_step="Make a backup, then run: bin/entrepot migrate",
        )


def migrate_if_needed() -> bool:
    """Run the migrations as the owner unless nothing changed, and return whether they were run.

    Only one process does it; others wait and find it done.

    Raises: PostgresUnavailable when they fail; their output is on the terminal.
    """
    with connect(role="owner") as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('entrepot.migrate'))")
        if is_migrated():
            return False
        print("Bringing the database to the form this version needs", file=sys.stderr)
        done = run_command("migrate", *FULL_MIGRATION[0])
    if done != 0:
        raise PostgresUnavailable(
            code="postgres_not_migrated",
            cause="The database could not be brought to the form this version needs (see above).",
            next_step="Correct what is named there, then run: bin/entrepot migrate",
        )
    return True


def run_command(*arguments: str) -> int:
    """Run one of our commands as a process of its own and return its exit code."""
    return subprocess.run(command_line(*arguments), check=False).returncode


def command_line(*arguments: str) -> list[str]:
    """Return the words that start one of our commands with this very Python."""
    return [sys.executable, "-m", "entrepot.cli", *arguments]
