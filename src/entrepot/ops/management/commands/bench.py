"""`entrepot bench billing`: measure the program against its promises, in a database cluster of its own."""

import json
import os
import shutil
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from psycopg import sql

from entrepot.infra.postgres.settings import NAME_VARIABLE, ROLE_VARIABLE, database_settings
from entrepot.ops.bench.billing import bench_billing
from entrepot.ops.database import ROOT, run_command, start_server

_DATABASE = "entrepot_bench"


class Command(BaseCommand):
    """Run one benchmark; results belong into docs/benchmarks.md together with the command line."""

    help = "Measure billing in a database cluster of its own"
    group = "Development"
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("what", choices=["billing"])
        parser.add_argument("--subscriptions", type=int, default=100_000)
        parser.add_argument(
            "--due", default="100%", help="share of the customers that are due, for example 1%%"
        )
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--chunk", type=int, default=20_000, help="subscriptions per chunk")
        parser.add_argument("--no-orm", action="store_true", help="leave the ORM loop out")
        parser.add_argument("--json", action="store_true", help="print one object and nothing else")
        parser.add_argument("--keep", action="store_true", help="keep the cluster")

    def handle(self, **options: Any) -> None:
        """Make the cluster, measure, print, remove the cluster."""
        due = str(options["due"]).rstrip("%")
        if not due.isdigit() or not 1 <= int(due) <= 100:
            raise CommandError(
                f"--due is {options['due']}; give a whole percentage from 1% to 100%."
            )

        def say(text: str) -> None:
            if not options["json"]:
                self.stdout.write(text)

        with _own_cluster(keep=options["keep"]):
            figures = bench_billing(
                subscriptions=options["subscriptions"],
                due_percent=int(due),
                workers=options["workers"],
                chunk_size=options["chunk"],
                with_orm=not options["no_orm"],
                checkpoint=_checkpoint,
                say=say,
            ).as_json()
        if options["json"]:
            self.stdout.write(json.dumps(figures))
        else:
            for name, value in figures.items():
                self.stdout.write(f"{name:36} {value:>16,}")


@contextmanager
def _own_cluster(*, keep: bool) -> Iterator[None]:
    """Run the block against a database cluster of its own, so that nothing else is measured.

    It has full durability; only automatic vacuum is off, which would run at some time or other during a benchmark.
    """
    directory = Path(os.environ.get("ENTREPOT_DATA", str(ROOT / "var"))) / "bench"
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
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_DATABASE))
            )
        start_server()
        if run_command("migrate", "--verbosity", "0") != 0:
            raise CommandError("The benchmark's database could not be migrated (see above).")
        connection.close()
        connection.settings_dict.update(database_settings(os.environ, ROOT)["default"])
        yield
    finally:
        connection.close()
        server.stop()
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)


def _checkpoint() -> None:
    """Write everything out, so that what is measured starts from the same state."""
    server = start_server()
    if server is not None:
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")
