"""Fills the relations that rating takes as parameters, and reads results in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from entrepot.domain.usage.session import Session, sql_text

_BATCH = 5_000


def fill(connection: Session, relation: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows into one of the relations of rating_relations.sql, in its order of columns.

    Values travel as text and are cast by the relation, because a list of decimals of different
    sizes would become a list of floats.
    """
    if not rows:
        return
    width = len(rows[0])
    places = ", ".join(f"unnest($c{n}::VARCHAR[])" for n in range(width))
    statement = f"INSERT INTO {relation} SELECT {places}"
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        columns = {f"c{n}": [_text(row[n]) for row in batch] for n in range(width)}
        connection.execute(statement, columns)


def rows_of(connection: Session, name: str) -> Iterator[tuple[Any, ...]]:
    """Run `sql/<name>.sql` and give its rows, a bounded number of them in memory."""
    result = connection.execute(sql_text(name))
    while batch := result.fetchmany(_BATCH):
        yield from batch


def _text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)
