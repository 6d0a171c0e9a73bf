"""Run one statement of a query."""

from collections.abc import Mapping
from typing import Any

from django.db import connection


def rows_of(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return all rows of a statement with named parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
