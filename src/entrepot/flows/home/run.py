"""Run the written statements of this package."""

from typing import Any

from django.db import connection

from entrepot.infra.db.sql import statement


def rows(name: str, **values: object) -> list[tuple[Any, ...]]:
    """Return the rows of `sql/<name>.sql`. Raises: TypeError for other values than its header declares."""
    with connection.cursor() as cursor:
        return statement("entrepot.flows.home", name).rows(cursor, **values)
