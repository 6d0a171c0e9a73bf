"""Statements behind the second wall beside the same ones without it: what is one's own is to be there for both.

A policy that is too narrow makes a page miss something, or a command change nothing, without a word.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

from entrepot.infra.db.walls import beyond, standing

_FIRST = re.compile(r"(?:\s|--[^\n]*\n)*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_CHANGES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\b(?! OF\b| SKIP\b)")
# Numbers that are drawn, and the wall itself.
_UNLIKE = ("nextval(", "set_config(")


@dataclass
class Comparison:
    """A wrapper of statements that runs each once more without the wall, undoes it, and compares."""

    compared: int = 0
    _found: list[str] = field(default_factory=list)
    _is_busy: bool = False

    def taken(self) -> list[str]:
        """Return what was found since the last time."""
        found, self._found = self._found, []
        return found

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Execute a statement behind the wall, as it is, after it was tried without."""
        text = str(sql)
        first = _FIRST.match(text)
        if (
            self._is_busy
            or first is None
            or standing() is None
            or any(one in text for one in _UNLIKE)
        ):
            return execute(sql, params, many, context)
        changes = first[1].upper() not in {"SELECT", "WITH"} or bool(_CHANGES.search(text))
        self.compared += 1
        with self._alone():
            free = _tried(text, params, many, changes=changes, is_free=True)
        try:
            answer = execute(sql, params, many, context)
        except psycopg.Error as error:
            self._note(text, free, type(error).__name__)
            raise
        cursor = context["cursor"].cursor
        if isinstance(cursor, psycopg.ServerCursor):
            walled = _tried(text, params, many, changes=changes, is_free=False)
        else:
            walled = _read(cursor, changes=changes)
        self._note(text, free, walled)
        return answer

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False

    def _note(self, text: str, free: object, walled: object) -> None:
        if free != walled:
            self._found.append(
                f"{walled} behind the wall, {free} without: {' '.join(text.split())}"
            )


def _tried(text: str, params: Any, many: bool, *, changes: bool, is_free: bool) -> object:
    """Run a statement beside the program's and undo it; return what it did, or the name of its error."""
    session = connection.connection
    session.execute("SAVEPOINT beside")
    try:
        with beyond("the same statement is tried without the wall") if is_free else _here():
            cursor = session.cursor()
            if many:
                cursor.executemany(text, params)
            else:
                cursor.execute(text, params)
            return _read(cursor, changes=changes)
    except psycopg.Error as error:
        return type(error).__name__
    finally:
        # The settings of the wall are the transaction's, and return with it.
        session.execute("ROLLBACK TO SAVEPOINT beside")
        session.execute("RELEASE SAVEPOINT beside")


@contextmanager
def _here() -> Iterator[None]:
    yield


def _read(cursor: Any, *, changes: bool) -> object:
    """Return how many rows were changed, or those that were read, in any order."""
    if changes or cursor.description is None:
        return cursor.rowcount
    rows = cursor.fetchall()
    if rows:
        cursor.scroll(0, mode="absolute")
    return sorted(map(repr, rows))
