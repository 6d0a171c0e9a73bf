"""Statements that the server reads and plans once for a connection: for what is asked many times a second.

Planning a statement with many tables takes the server several times as long as running it for one order. A statement
file is prepared under its own name on each connection that asks for it, and run by that name afterwards.
"""

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

from entrepot.infra.db.sql import Statement

_VALUE = re.compile(r"%\(([a-z_]+)\)s")
_READY: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def prepared_rows(wanted: Statement, **values: Any) -> list[Any]:
    """Run a statement of a file by its prepared name; return its rows, none for one that returns nothing.

    Temporary tables that it reads have to be there. Raises: TypeError if the values are not the declared parameters.
    """
    call, arguments = prepared_call(wanted, **values)
    with connection.cursor() as cursor:
        cursor.execute(call, arguments)
        return cursor.fetchall() if cursor.description else []


def prepared_batch(*wanted: tuple[Statement, Mapping[str, Any]]) -> list[list[Any]]:
    """Run statements one after the other as `prepared_rows` does, sent at once; return the rows of each.

    Each of them sees what those before it did. Without a transaction around they are one of their own.
    """
    calls = [prepared_call(one, **values) for one, values in wanted]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(call for call, _ in calls), [v for _, its in calls for v in its])
        found = [cursor.fetchall() if cursor.description else []]
        while cursor.nextset():
            found.append(cursor.fetchall() if cursor.description else [])
    return found


def prepared_call(wanted: Statement, **values: Any) -> tuple[str, list[Any]]:
    """Prepare a statement on this connection unless it is, and return the text that runs it with its arguments.

    Several of these texts may be joined with semicolons and sent at once. Raises: TypeError as `prepared_rows`.
    """
    if set(values) != set(wanted.parameters):
        raise TypeError(
            f"{wanted.package}/{wanted.name} takes {sorted(wanted.parameters)}, got {sorted(values)}"
        )
    name = _name(wanted)
    _prepare(wanted, name)
    holders = ", ".join(["%s"] * len(values))
    call = f"EXECUTE {name}" + (f" ({holders})" if values else "")
    return call, [values[parameter] for parameter in wanted.parameters]


def is_prepared(wanted: Statement) -> bool:
    """Tell whether a statement has its name on this connection."""
    return _name(wanted) in _ready()


def _name(wanted: Statement) -> str:
    return f"{wanted.package.rsplit('.', 1)[1]}_{wanted.name}"


def _ready() -> set[str]:
    connection.ensure_connection()
    return _READY.setdefault(connection.connection, set())


def _prepare(wanted: Statement, name: str) -> None:
    ready = _ready()
    if name in ready:
        return
    places = {parameter: f"${at}" for at, parameter in enumerate(wanted.parameters, start=1)}
    text = _VALUE.sub(lambda found: places[found[1]], wanted.text).replace("%%", "%")
    types = ", ".join(wanted.parameters.values())
    with connection.cursor() as cursor:
        # A prepared statement outlives the transaction that prepared it, a rolled back one too.
        cursor.execute(f"PREPARE {name}{f' ({types})' if types else ''} AS {text}")
    ready.add(name)
