"""Orders of the past for the benchmark of lists: as many as asked for, built by set-based statements."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import resources

import psycopg
from django.db import connection
from psycopg import sql

from entrepot.domain.ordering.models import Order
from entrepot.ops.bench.cluster import as_superuser

_CHUNK = 500_000
_INDEXES = """
SELECT listed.indexname, listed.indexdef
FROM pg_indexes AS listed
WHERE
    listed.tablename = 'sales_order'
    AND NOT EXISTS (SELECT 1 FROM pg_constraint AS held WHERE held.conname = listed.indexname)
ORDER BY listed.indexname"""


def fill_orders(size: int, *, subscriptions: int, say: Callable[[str], None]) -> None:
    """Bring the number of orders to `size`; all of them refer to subscriptions that are there.

    Many are written without the indexes of the lists, which are built once afterwards, and without looking up each
    foreign key: the statement takes its values from the rows that the keys point to.
    """
    start = time.monotonic()
    missing = size - Order.objects.count()
    connection.close()
    with as_superuser() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET maintenance_work_mem = '1GB'")
        with _without_indexes(admin, say) if missing > _CHUNK else nullcontext():
            for first in range(size - missing + 1, size + 1, _CHUNK):
                orders = min(_CHUNK, size + 1 - first)
                say(f"world: orders {first + orders - 1:,} of {size:,}")
                values = {"first": first, "orders": orders, "subscriptions": subscriptions}
                admin.execute(_text("20_orders"), values)
        admin.execute("VACUUM ANALYZE sales_order")
    say(f"world: {size:,} orders after {time.monotonic() - start:.0f} s")


def run_file(name: str, **values: int) -> None:
    """Run a statement of the benchmark's own on Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(_text(name), values or None)


@contextmanager
def _without_indexes(admin: psycopg.Connection, say: Callable[[str], None]) -> Iterator[None]:
    indexes = admin.execute(_INDEXES).fetchall()
    for name, _definition in indexes:
        admin.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for name, definition in indexes:
        say(f"world: index {name}")
        admin.execute(definition)


def _text(name: str) -> str:
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")
