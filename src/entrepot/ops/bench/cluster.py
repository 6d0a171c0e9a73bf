"""The database cluster of a benchmark: its own, with full durability, so that nothing else is measured."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management.base import CommandError
from django.db import connection
from psycopg import sql

from entrepot.infra.postgres.server import stop
from entrepot.infra.postgres.settings import NAME_VARIABLE, ROLE_VARIABLE, database_settings
from entrepot.ops.database import ROOT, run_command, start_server

_DATABASE = "entrepot_bench"


@contextmanager
def own_cluster(*, keep: bool, reuse: bool = False) -> Iterator[None]:
    """Run the block against an empty, migrated database of a cluster below `ENTREPOT_DATA`/bench.

    `keep` leaves the cluster there afterwards; `reuse` takes the database that a run with `keep` left, brought to the
    form of this version. Only automatic vacuum is off, which would run at some time or other during a benchmark.
    Raises: CommandError without such a database, with a server of the operator's, or when migrations fail.
    """
    directory = Path(os.environ.get("ENTREPOT_DATA", str(ROOT / "var"))) / "bench"
    if reuse and not directory.is_dir():
        raise CommandError(
            "There is no world to use again. Make one first, with --keep and without --reuse."
        )
    os.environ.pop("DATABASE_URL", None)
    os.environ["ENTREPOT_DATA"] = str(directory)
    os.environ[NAME_VARIABLE] = _DATABASE
    os.environ[ROLE_VARIABLE] = "owner"
    server = start_server()
    if server is None:
        raise CommandError("The benchmark needs a server of its own.")
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET autovacuum = off")
            admin.execute("SELECT pg_reload_conf()")
            if not reuse:
                name = sql.Identifier(_DATABASE)
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        start_server()
        if run_command("migrate", "--verbosity", "0") != 0:
            raise CommandError("The benchmark's database could not be migrated (see above).")
        connect_as("owner")
        yield
    finally:
        connection.close()
        # It is ours alone, and a server that outlives its files takes the socket of the next one away when it notices.
        stop(data_dir=server.cluster.data_dir)
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)


def connect_as(role: str) -> None:
    """Let Django's next statement connect to the benchmark's database as `owner` or as `app`, the web's role."""
    connection.close()
    connection.settings_dict.update(
        database_settings({**os.environ, ROLE_VARIABLE: role}, ROOT)["default"]
    )


@contextmanager
def as_superuser() -> Iterator[psycopg.Connection]:
    """Connect to the benchmark's database as the one who may leave foreign keys unchecked while it is filled."""
    server = start_server()
    if server is None:
        raise CommandError("The benchmark needs a server of its own.")
    with psycopg.connect(server.dsn(database=_DATABASE), autocommit=True) as admin:
        yield admin


def checkpoint() -> None:
    """Write everything out, so that what is measured starts from the same state."""
    server = start_server()
    if server is not None:
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")
