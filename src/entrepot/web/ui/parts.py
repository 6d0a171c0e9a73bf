"""Frozen rows that components take: screens build them, templates pass them with `:name="…"`.

Texts are translated and figures are formatted or raw as each field says; nothing here queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view; `count` is text so that it can read "10,000+", `icon` is a lucide name."""

    label: str
    url: str
    count: str | int | None = None
    current: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One segment of a segmented control; `short` replaces the label on narrow screens."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter; `remove_url` is the list without it."""

    label: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `width` in px for fixed tables (None shares the rest); `sort_url` makes the heading a link;
    `direction` is set on the column that the rows are sorted by.
    """

    label: str = ""
    width: int | None = None
    numeric: bool = False
    sort_url: str = ""
    direction: Literal["", "ascending", "descending"] = ""
    hidden_label: bool = False
    """The label is read aloud but not shown (columns of buttons)."""


@dataclass(frozen=True, slots=True)
class Pager:
    """Keyset paging: it knows previous and next only; empty addresses disable a button.

    `summary` is the line beside it, for example "1 to 25 of 64 · together €19,412.40 a month".
    """

    previous_url: str = ""
    next_url: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One line of the effect table; the three figures are formatted, `difference` may be empty."""

    label: str
    now: str
    then: str
    difference: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order or of a wizard."""

    label: str
    state: Literal["done", "running", "waiting", "failed", "todo"] = "todo"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split bar or a key of a legend.

    `tone` is one of accent, ok, warn, bad, neutral, c1 … c4, tri-a, tri-b, hatch.
    """

    label: str
    value: Decimal
    tone: str = "accent"
    shown: str = ""
    """The figure as text, where a list stands below the bar."""
