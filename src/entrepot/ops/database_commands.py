"""`entrepot db ...`: the database server itself."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from entrepot.infra.postgres.account import server_account
from entrepot.infra.postgres.binaries import BINARIES_VARIABLE, find_binaries
from entrepot.infra.postgres.configuration import SUPERUSER
from entrepot.infra.postgres.databases import database_statement, roles_statement
from entrepot.infra.postgres.errors import PostgresUnavailable
from entrepot.infra.postgres.server import running_pid, stop
from entrepot.infra.postgres.settings import (
    ROLE_VARIABLE,
    database_settings,
    uses_external_server,
)
from entrepot.ops import database


def run(arguments: Sequence[str]) -> int:
    """Run one of the database commands and return its exit code.

    Raises: PostgresUnavailable.
    """
    options, extra = _parser().parse_known_args(list(arguments))
    if extra and options.action is not _psql:
        _parser().error(f"unknown arguments: {' '.join(extra)}")
    options.extra = extra
    code: int = options.action(options)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entrepot db", description="The database server itself.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, action: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=text, description=text)
        verb.set_defaults(action=action)
        return verb

    add("start", _start, "Start the server and leave it running.")
    add("stop", _stop, "Stop the server, ending open connections.")
    add("status", _status, "Tell where the database lies and whether it runs.")
    psql = add("psql", _psql, "Open PostgreSQL's own console; further arguments go to psql.")
    psql.add_argument("--role", choices=["app", "owner", "report", "superuser"], default="app")
    add("dump", _dump, "Write a backup of the database to a file.").add_argument("file", type=Path)
    restore = add("restore", _restore, "Read a backup into an empty database.")
    restore.add_argument("file", type=Path)
    add("sql", _sql, "Print the statements that prepare a server of your own.")
    return parser


def _start(_options: argparse.Namespace) -> int:
    _refuse_external("start")
    server = database.start_server()
    assert server is not None
    print(f"PostgreSQL {server.version} runs; its socket is in {server.socket_dir}")
    return 0


def _stop(_options: argparse.Namespace) -> int:
    _refuse_external("stop")
    stopped = stop(data_dir=database.own_cluster())
    print("Stopped." if stopped else "It was not running.")
    return 0


def _status(_options: argparse.Namespace) -> int:
    found = database_settings(os.environ, database.ROOT)["default"]
    if uses_external_server(os.environ):
        print(f"Server:   {found['HOST']} (DATABASE_URL), database {found['NAME']}")
        database.connect().close()
        print("State:    accepts connections")
        return 0
    data_dir = database.own_cluster()
    pid = running_pid(data_dir=data_dir)
    print(f"Cluster:  {data_dir}")
    print(f"Socket:   {found['HOST']}")
    print(f"State:    {'runs as process ' + str(pid) if pid else 'stopped'}")
    return 0 if pid else 3


def _refuse_external(verb: str) -> None:
    if uses_external_server(os.environ):
        raise PostgresUnavailable(
            code="postgres_external",
            cause=f"DATABASE_URL names a server of your own, which Entrepot does not {verb}.",
            next_step="Use that server's own tools, or unset DATABASE_URL.",
        )


def _psql(options: argparse.Namespace) -> int:
    arguments = options.extra[1:] if options.extra[:1] == ["--"] else options.extra
    return _run_client("psql", role=options.role, arguments=arguments)


def _dump(options: argparse.Namespace) -> int:
    target: Path = options.file.absolute()
    fresh = target.with_name(f".{target.name}.new")
    role = "owner" if uses_external_server(os.environ) else "superuser"
    code = _run_client("pg_dump", role=role, arguments=["--format=custom", f"--file={fresh}"])
    if code == 0:
        # A backup under its final name is complete.
        fresh.replace(target)
        print(f"Written: {target} ({target.stat().st_size:,} bytes)")
    else:
        fresh.unlink(missing_ok=True)
    return code


def _restore(options: argparse.Namespace) -> int:
    source: Path = options.file.absolute()
    if not source.is_file():
        raise PostgresUnavailable(
            code="postgres_backup_missing",
            cause=f"There is no file {source}.",
            next_step="Name a file that 'bin/entrepot db dump' wrote.",
        )
    server = database.start_server()
    try:
        with database.connect(role="owner") as connection:
            query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            row = connection.execute(query).fetchone()
        if row and row[0]:
            raise PostgresUnavailable(
                code="postgres_not_empty",
                cause=f"The database already has {row[0]} tables; nothing was restored.",
                next_step="Move its data directory away first (bin/entrepot db status names it).",
            )
        role = "owner" if uses_external_server(os.environ) else "superuser"
        arguments = ["--exit-on-error", "--single-transaction", str(source)]
        code = _run_client("pg_restore", role=role, arguments=arguments)
    finally:
        if server is not None:
            server.stop()
    if code == 0:
        print("Restored.")
    return code


def _sql(_options: argparse.Namespace) -> int:
    print(roles_statement().decode() + ";\n")
    print(database_statement().decode() + ";")
    return 0


def _run_client(tool: str, *, role: str, arguments: list[str]) -> int:
    """Run one of PostgreSQL's client programs against our database and return its exit code."""
    server = database.start_server()
    try:
        wanted = {**os.environ, ROLE_VARIABLE: "owner" if role == "superuser" else role}
        found = database_settings(wanted, database.ROOT)["default"]
        if role == "superuser" and server is not None:
            found["USER"] = SUPERUSER
        return subprocess.run(
            [_client_program(tool), *_target(tool, found), *arguments],
            check=False,
            env={**os.environ, **_connection_environment(found)},
        ).returncode
    finally:
        if server is not None:
            server.stop()


def _target(tool: str, found: dict[str, Any]) -> list[str]:
    return [f"--dbname={found['NAME']}"] if tool == "pg_restore" else []


def _connection_environment(found: dict[str, Any]) -> dict[str, str]:
    # The environment keeps the password out of the process list.
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    given = {variable: str(found[key]) for key, variable in names.items() if found.get(key)}
    if mode := found.get("OPTIONS", {}).get("sslmode"):
        given["PGSSLMODE"] = mode
    return {**given, "PGDATABASE": found["NAME"]}


def _client_program(tool: str) -> str:
    # The packaged programs know no TLS, which a server on the network may ask for.
    external = uses_external_server(os.environ) and not os.environ.get(BINARIES_VARIABLE)
    if external and (installed := shutil.which(tool)):
        return installed
    account = server_account(data_dir=database.own_cluster())
    return str(find_binaries(environment=os.environ, account=account).tool(tool))
