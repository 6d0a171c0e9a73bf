"""`entrepot bench billing`: the daily run against the bare write of the same rows and against an ORM loop."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from django.db import connection, transaction

from entrepot.flows.daily_billing import run_day
from entrepot.ops.bench.measure import Cost, measured
from entrepot.ops.bench.orm_loop import bill_with_objects
from entrepot.ops.bench.world import make_world

DAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
ORM_SAMPLE = 500
_WRITTEN = (
    "charge",
    "document_tax",
    "invoice",
    "invoice_line",
    "transfer",
    "balance",
    "outbox_event",
    "subscription_event",
    "term",
)
_CHANGED = "IN (SELECT subscription_id FROM subscription_event)"
_MOVED = {
    "sub_billing": "due_on = due_on + 1, period_start = period_start + 1, version = version + 1 WHERE version > 1",
    "subscription": f"term_end = term_end + 1 WHERE id {_CHANGED}",
    "subscription_money": f"monthly_price = monthly_price + 1 WHERE subscription_id {_CHANGED}",
    "term_calendar": "ends_on = ends_on + 1 WHERE subscription_id IN (SELECT subscription_id FROM term)",
    "subscription_item": (
        "quantity = quantity + 1 WHERE id IN (SELECT item_id FROM quantity_change WHERE applied_on IS NOT NULL)"
    ),
}
"""What the run changed in place, as an UPDATE of as many rows and columns with and without an index."""


@dataclass(frozen=True)
class BillingFigures:
    """What one benchmark measured. CPU is server and client together, in seconds or microseconds."""

    subscriptions: int
    due: int
    charges: int
    documents: int
    workers: int
    chunk_size: int
    seconds: float
    subscriptions_per_second: float
    cpu_seconds: float
    cpu_us_per_due: float
    subscriptions_per_cpu_second: float
    write_cpu_seconds: float
    cpu_ratio_to_write: float
    orm_subscriptions_per_cpu_second: float
    cpu_ratio_to_orm: float
    peak_backend_mb: float

    def as_json(self) -> dict[str, float]:
        """Return plain values, rounded for people."""
        return {key: round(value, 3) for key, value in asdict(self).items()}


def bench_billing(
    *,
    subscriptions: int,
    due_percent: int,
    workers: int,
    chunk_size: int,
    with_orm: bool,
    checkpoint: Callable[[], None],
    say: Callable[[str], None],
) -> BillingFigures:
    """Build the world in the connected, empty database, bill one day and measure it; see docs/benchmarks.md."""
    make_world(subscriptions=subscriptions, due_percent=due_percent, day=DAY, say=say)
    orm_rate = _measure_orm(say=say) if with_orm else 0.0
    checkpoint()
    connection.close()
    say("billing")
    with measured(watch_memory=True) as run:
        result = run_day(
            day=DAY, now=NOW, chunk_size=chunk_size, workers=workers, actor_name="bench"
        )
    say(
        f"billed {result.due} of {subscriptions} in {run.seconds:.1f} s; writing the same rows again"
    )
    write = _measure_write(due=result.due, checkpoint=checkpoint)
    rate = result.due / run.cpu
    return BillingFigures(
        subscriptions=subscriptions,
        due=result.due,
        charges=result.charges,
        documents=result.documents,
        workers=workers,
        chunk_size=chunk_size,
        seconds=run.seconds,
        subscriptions_per_second=result.due / run.seconds,
        cpu_seconds=run.cpu,
        cpu_us_per_due=run.cpu * 1_000_000 / result.due,
        subscriptions_per_cpu_second=rate,
        write_cpu_seconds=write.cpu,
        cpu_ratio_to_write=run.cpu / write.cpu,
        orm_subscriptions_per_cpu_second=orm_rate,
        cpu_ratio_to_orm=rate / orm_rate if orm_rate else 0.0,
        peak_backend_mb=run.peak_backend_mb,
    )


def _measure_orm(*, say: Callable[[str], None]) -> float:
    """Bill a sample object by object and roll it back; return subscriptions per CPU second."""
    say(f"an ORM loop over {ORM_SAMPLE} subscriptions, rolled back")
    with transaction.atomic():
        with measured() as cost:
            billed = bill_with_objects(day=DAY, limit=ORM_SAMPLE)
        transaction.set_rollback(True)
    return billed / cost.cpu


def _measure_write(*, due: int, checkpoint: Callable[[], None]) -> Cost:
    """Write the rows that the run wrote once more, into tables of the same shape with the same indexes.

    Rows that the run changed in place are changed in place in a copy of their table.
    """
    with connection.cursor() as cursor:
        for table in _WRITTEN:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        for table in _MOVED:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"ALTER TABLE bare_{table} SET (fillfactor = {_fill_of(table)})")
            cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")
            cursor.execute(f"VACUUM ANALYZE bare_{table}")
        checkpoint()
        with measured() as cost:
            for table in _WRITTEN:
                cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")
            for table, change in _MOVED.items():
                cursor.execute(f"UPDATE bare_{table} SET {change}")
                if table == "sub_billing" and cursor.rowcount != due:
                    raise AssertionError(
                        f"the run moved {due} states, the bare write {cursor.rowcount}"
                    )
    return cost


def _fill_of(table: str) -> int:
    """Read how full the pages of a table are made; copying a table's shape leaves that out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(option_value::integer), 100) FROM pg_class, pg_options_to_table(reloptions) "
            "WHERE oid = %s::regclass AND option_name = 'fillfactor'",
            [table],
        )
        return int(cursor.fetchone()[0])
