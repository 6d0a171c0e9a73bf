"""Figures: a page says the same in the world as it is and in one without strangers.

A wrong count in a tab, a badge, a sum or “1–50 of 312” carries nobody's name. It changes when what it must not count
is gone.
"""

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from entrepot.domain.parties.viewer import Panel, build_viewer
from entrepot.domain.parties.walls import wall_of
from entrepot.infra.db.row_security import declared
from entrepot.infra.db.walls import behind
from tests.isolation.addresses import of_panel
from tests.isolation.asking import FORMER, Matrix, Said
from tests.isolation.matrix import PEOPLE, keys_of
from tests.isolation.oracle import OF_OWNERS, OF_PAIRS, Reader
from tests.isolation.world import NOW, marker

SHOWN_LINES = 6
# Accounts below are the reader's to see, what they sell and are sent is not; prices and terms below make up a sale.
_KEPT = {"billing_account", "seller_price", "margin_rule"}


def figures(matrix: Matrix, panel: Panel, *, only: str = "") -> None:
    """Ask for every list, search and home page and for all pages of one's own, with and without strangers."""
    reader = Reader(PEOPLE[panel])
    with_them = dict(_pages(matrix, reader, panel, only))
    cache.clear()
    with transaction.atomic():
        leave_only(matrix, reader)
        without = dict(_pages(matrix, reader, panel, only))
        transaction.set_rollback(True)
    cache.clear()
    for place, said in with_them.items():
        other = without[place]
        if (said.status, said.lasting) != (other.status, other.lasting):
            matrix.found.append((*said.case, f"strangers count: {_difference(said, other)}"))


def _pages(matrix: Matrix, reader: Reader, panel: Panel, only: str) -> Iterator[tuple[str, Said]]:
    for address in of_panel(panel, only):
        keys = keys_of(matrix.world, address, reader.word)
        if "GET" not in address.methods or keys is None:
            continue
        if reader.word in FORMER and "invoice" in address.kinds:
            # Documents keep the lines of the customer that was moved, who is not in the other world.
            continue
        place = address.of(*keys) if address.kinds else address.pattern
        asked: tuple[Mapping[str, object], ...] = ({}, {"q": "qw"}) if not address.kinds else ({},)
        for fields in asked[: 2 if address.name == "search" else 1]:
            yield f"{place} {fields}", matrix.ask(reader, "GET", place, fields, sent=keys)


def _difference(one: Said, other: Said) -> str:
    lines = unified_diff(
        f"status {other.status}\n{other.lasting}".splitlines(),
        f"status {one.status}\n{one.lasting}".splitlines(),
        n=0,
        lineterm="",
    )
    return " | ".join(line.strip() for line in list(lines)[3 : 3 + SHOWN_LINES])


def leave_only(matrix: Matrix, reader: Reader) -> None:
    """Delete what a reader must not see: what is behind the second wall, and between others of the own tree."""
    waiting = {
        table: rows for table in sorted(declared()) if (rows := _hidden(matrix, reader, table))
    }
    while waiting:
        left = {table: rows for table, rows in waiting.items() if not _deleted(table, rows)}
        if len(left) == len(waiting):
            break
        waiting = left
    kept = {
        name
        for table, rows in waiting.items()
        for row in rows
        if not _deleted(table, [row])
        for (name,) in _rows(f"SELECT name FROM {table} WHERE ctid = %s::tid", row)
    }
    # A seller's notes of a customer that was moved stay, and refer to it.
    assert kept <= {f"{marker(word)} Works" for word in (FORMER.get(reader.word, ""),)}, kept


def _hidden(matrix: Matrix, reader: Reader, table: str) -> list[str]:
    """Return the places of the rows of a table that a reader must not see."""
    person = matrix.world.people[reader.word, reader.role]
    viewer = build_viewer(user_id=person, account_id=None, now=NOW)
    with behind(wall_of(viewer)):
        seen = {place for (place,) in _rows(f"SELECT ctid::text FROM {table}")}
    of_others = set()
    if table in {*OF_PAIRS, *OF_OWNERS} - _KEPT:
        of_others = {
            place
            for place, number in _rows(f"SELECT ctid::text, id FROM {table}")
            if reader.word not in matrix.secrets.numbers.get(number, {reader.word})
        }
    everything = {place for (place,) in _rows(f"SELECT ctid::text FROM {table}")}
    return sorted(everything - seen | of_others)


def _deleted(table: str, rows: list[str]) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE ctid = ANY(%s::tid[])", [rows])
    except IntegrityError:
        return False
    return True


def _rows(text: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)
        return list(cursor.fetchall())
