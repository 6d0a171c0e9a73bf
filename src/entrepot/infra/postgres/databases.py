"""Roles, database and rights inside a cluster; the same statements prepare a server of the
operator's own.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from entrepot.infra.postgres.configuration import OWNER_ROLE
from entrepot.infra.postgres.server import Server

DEFAULT_DATABASE = "entrepot"
_SQL = Path(__file__).parent / "sql"


def ensure_database(server: Server, *, name: str = DEFAULT_DATABASE) -> bool:
    """Make sure that the roles and the database exist with their rights, and return whether it was
    created.

    The owner role owns the database; tables it creates later are usable by the application and
    readable by reports. Safe to repeat. Callers are serialised by an advisory lock.
    """
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('entrepot.ensure_database'))")
        connection.execute(roles_statement())
        created = _create_database(connection, name)
        if created or not _is_prepared(connection, name):
            with psycopg.connect(server.dsn(database=name)) as inside:
                inside.execute(database_statement())
            _mark_prepared(connection, name)
    return created


def prepare_test_cluster(server: Server) -> None:
    """Let the owner create test databases in a throw-away cluster, each born with the extensions
    and rights.
    """
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('entrepot.ensure_database'))")
        if _is_prepared(connection, "template1"):
            return
        connection.execute(roles_statement())
        connection.execute(f"ALTER ROLE {OWNER_ROLE} CREATEDB")
        connection.execute(
            f"GRANT entrepot_app, entrepot_report, entrepot_tenant, entrepot_branch TO {OWNER_ROLE}"
        )
        with psycopg.connect(server.dsn(database="template1")) as inside:
            inside.execute(database_statement())
        _mark_prepared(connection, "template1")


def _create_database(connection: psycopg.Connection, name: str) -> bool:
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
        return False
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER_ROLE)))
    return True


def _is_prepared(connection: psycopg.Connection, name: str) -> bool:
    # The comment on the database holds the checksum of the statement that prepared it, so a changed
    # one runs again.
    query = "SELECT shobj_description(oid, 'pg_database') = %s FROM pg_database WHERE datname = %s"
    row = connection.execute(query, [_mark(), name]).fetchone()
    return bool(row and row[0])


def _mark_prepared(connection: psycopg.Connection, name: str) -> None:
    connection.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(_mark()))
    )


def _mark() -> str:
    return "prepared by Entrepot " + hashlib.sha256(database_statement()).hexdigest()[:16]


def roles_statement() -> bytes:
    """Return the statement that creates the roles."""
    return (_SQL / "roles.sql").read_bytes()


def database_statement() -> bytes:
    """Return the statement that prepares the current database."""
    return (_SQL / "database.sql").read_bytes()
