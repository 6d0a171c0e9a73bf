"""Rows that follow one another by day: how a value comes to hold from a day on; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Placement:
    """How a value comes to hold from a day on: what held before on that day, and the day on which it ends.

    `before` has to be removed where it begins on the day itself, else closed.
    """

    before: Any
    until: date | None


def placement(
    rows: Iterable[Any], *, values: Mapping[str, Any] | None, day: date
) -> Placement | None:
    """Say how `values` (None: nothing) come to hold from a day on among the rows of one key.

    A value that is scheduled for a later day stays and ends the new one. None: they hold already.
    """
    known = sorted(
        (row for row in rows if row.valid_to is None or row.valid_to > day),
        key=lambda row: row.valid_from,
    )
    current = next((row for row in known if row.valid_from <= day), None)
    later = next((row.valid_from for row in known if row.valid_from > day), None)
    if current is None:
        return None if values is None else Placement(None, later)
    if values is not None and all(getattr(current, name) == v for name, v in values.items()):
        return None
    return Placement(current, current.valid_to or later)
