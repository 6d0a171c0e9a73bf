"""Run the statements of one transaction of a billing run: temporary tables, parameters, counts, planner settings."""

from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection

from entrepot.infra.db.sql import all_statements, statement
from entrepot.infra.failpoints import failpoint

SPARSE = "enable_seqscan"
"""Switched off while few subscriptions are due: large tables are then read by index and cost follows the due rows, not
the table (billing engine, trap 3). Temporary tables have no index and are read whole all the same."""


_OTHER_WORK = ("entrepot.domain.catalog",)
"""Packages whose temporary tables belong to other work: a price import makes and drops its own."""


@cache
def temporary_tables() -> dict[str, str]:
    """Return every temporary table that the statements of billing declare, by name, with its columns."""
    return {
        name: columns
        for found in all_statements()
        if found.package not in _OTHER_WORK
        for name, columns in found.temp_tables.items()
    }


class RunSession:
    """One worker's hands in one transaction of the run of `day`.

    `counts` holds the rows of each statement by "package.name"; `schema` is the scratch schema of a rehearsal.
    """

    def __init__(
        self,
        *,
        day: date,
        first_day: date,
        now: datetime,
        step: str,
        schema: str | None,
        id_from: int,
        id_to: int,
    ) -> None:
        self.values: dict[str, Any] = {
            "run_day": day,
            "first_day": first_day,
            "now": now,
            "id_from": id_from,
            "id_to": id_to,
        }
        self.step = step
        self.schema = schema
        self.counts: dict[str, int] = {}
        self.cursor: Any = connection.cursor()

    def open(self, *, sparse: bool) -> None:
        """Prepare the transaction: search path, planner settings, empty temporary tables."""
        if self.schema:
            self.cursor.execute(f"SET LOCAL search_path = {self.schema}, public")
        self.cursor.execute("SET LOCAL work_mem = '64MB'")
        self.cursor.execute("SET LOCAL default_statistics_target = 10")
        self.cursor.execute(f"SET LOCAL {SPARSE} = {'off' if sparse else 'on'}")
        self.make_tables()

    def make_tables(self) -> None:
        """Make the temporary tables unless this connection has them."""
        self.cursor.execute("SELECT to_regclass('pg_temp.due')")
        if self.cursor.fetchone()[0] is None:
            for name, columns in temporary_tables().items():
                self.cursor.execute(
                    f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS"
                )

    def run(self, package: str, name: str, **extra: object) -> int:
        """Run one statement with the values of the run; return and record its row count."""
        found = statement(f"entrepot.domain.{package}", name)
        values = {**self.values, **extra}
        rows = found.run(self.cursor, **{key: values[key] for key in found.parameters})
        key = f"{package}.{name}"
        self.counts[key] = self.counts.get(key, 0) + max(rows, 0)
        failpoint(f"{self.step}.{name}")
        return rows

    def analyze(self, *tables: str) -> None:
        """Tell the planner how much a temporary table holds; without it plans are guesses."""
        self.cursor.execute(f"ANALYZE {', '.join(tables)}")

    def empty(self, *tables: str) -> None:
        """Empty temporary tables for another round in the same transaction."""
        self.cursor.execute(f"TRUNCATE {', '.join(tables)}")

    def row(self, sql: str, **values: object) -> Any:
        """Return the first row of a small query."""
        self.cursor.execute(sql, values or None)
        return self.cursor.fetchone()

    def value(self, sql: str, **values: object) -> Any:
        """Return the first column of the first row of a small query."""
        return self.row(sql, **values)[0]
