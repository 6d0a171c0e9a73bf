"""Geometry of the small bars: percent of their width as text, ready for SVG attributes.

Pure; inputs are `Decimal` or `int`, outputs have at most three decimals and a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrepot.kernel.money import round_amount
from entrepot.web.ui.parts import Part

HUNDRED = Decimal(100)
HALF = Decimal(50)


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of a bar: start, width and end in percent of the bar."""

    x: str
    width: str
    end: str
    tone: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Widths of assigned and used in percent of bought, each at most 100."""

    assigned: str
    used: str


def plain(value: Decimal) -> str:
    """Write a coordinate: at most three decimals, no trailing zeros, no minus zero."""
    text = f"{round_amount(value, exp=3):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def split(parts: Sequence[Part]) -> list[Slice]:
    """Lay parts side by side in their order; parts of zero and below take no room.

    The last piece ends at exactly 100. Nothing to show gives an empty list.
    """
    shown = [part for part in parts if part.value > 0]
    total = sum((part.value for part in shown), Decimal(0))
    slices = []
    done = Decimal(0)
    for index, part in enumerate(shown):
        start = done / total * HUNDRED
        done += part.value
        end = done / total * HUNDRED
        last = index == len(shown) - 1
        slices.append(Slice(plain(start), plain(end - start), plain(end), part.tone, last))
    return slices


def usage(*, bought: Decimal, assigned: Decimal, used: Decimal) -> Usage:
    """Compute the two inner widths of a usage bar; more than bought is drawn as full."""

    def share(value: Decimal) -> str:
        if bought <= 0:
            return "0"
        return plain(min(max(value / bought, Decimal(0)), Decimal(1)) * HUNDRED)

    return Usage(assigned=share(assigned), used=share(used))


def difference(value: Decimal, *, largest: Decimal) -> Slice:
    """Draw a difference from the axis at 50 %: more to the right, less to the left.

    `largest` is the largest absolute difference of the table; a value beyond it fills its half.
    """
    reach = abs(largest)
    width = min(abs(value) / reach, Decimal(1)) * HALF if reach else Decimal(0)
    start = HALF if value >= 0 else HALF - width
    tone = "c1" if value >= 0 else "warn"
    return Slice(plain(start), plain(width), plain(start + width), tone)


def month_days(*, days: int, first: int, last: int) -> list[bool]:
    """Tell for each of the `days` of a month whether it lies from `first` to `last`, both included.

    Raises: ValueError for a month of other than 28 to 31 days.
    """
    if not 28 <= days <= 31:
        raise ValueError(f"a month cannot have {days} days")
    return [first <= day <= last for day in range(1, days + 1)]
