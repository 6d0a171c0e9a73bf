"""Geometry of the chart with one bar per day; the shapes are those of `charts.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.web.ui.bars import plain
from entrepot.web.ui.charts import AXIS_ROOM, TOP, Chart, Rect, Scale, Text

_SATURDAY = 5
_OUTLIER_FACTOR = 3


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day of a bar chart with two series, `lower` below `upper`; both from zero on."""

    day: date
    lower: int
    upper: int


def day_bars(
    *,
    title: str,
    description: str,
    days: Sequence[DayBar],
    lower_label: str,
    upper_label: str,
    first_column: str,
    write_day: Callable[[date], str],
    plot_height: int = 90,
) -> Chart:
    """Draw one stacked bar per day, weekends shaded, numbers on outliers only.

    `write_day` names a day in the table and below the axis (the first of the list, each Monday, and
    the highest). Raises: ValueError without days or for a count below zero.
    """
    if not days or any(bar.lower < 0 or bar.upper < 0 for bar in days):
        raise ValueError("bars need at least one day and counts from zero on")
    top = TOP + 10
    cell = Decimal(100) / len(days)
    scale = Scale(Decimal(0), Decimal(max(1, *(b.lower + b.upper for b in days))), plot_height)
    bars = [rect for i, bar in enumerate(days) for rect in _stack(bar, i * cell, cell, scale, top)]
    shades = [
        Rect(plain(i * cell), str(top), plain(cell), str(plot_height))
        for i, bar in enumerate(days)
        if bar.day.weekday() >= _SATURDAY
    ]
    return Chart(
        kind="bare",
        top=top,
        title=title,
        description=description,
        height=top + plot_height + AXIS_ROOM,
        plot_height=plot_height,
        bars=bars,
        shades=shades,
        axis_y=str(top + plot_height),
        x_labels=[
            *_outliers(days, cell, scale, top),
            *_day_labels(days, cell, top + plot_height + 18, write_day),
        ],
        table_head=[first_column, lower_label, upper_label],
        table_rows=[[write_day(b.day), str(b.lower), str(b.upper)] for b in days],
    )


def _stack(bar: DayBar, start: Decimal, cell: Decimal, scale: Scale, top: int) -> list[Rect]:
    """Draw the two parts of a day with a gap of 1.5 px; a part is at least 2 px high."""
    rects = []
    floor = Decimal(top + scale.height)
    x, width = start + cell * Decimal("0.2"), cell * Decimal("0.6")
    for value, style in ((bar.lower, "fill-c1"), (bar.upper, "fill-c3")):
        if value == 0:
            continue
        height = max(Decimal(scale.height) - scale.y(Decimal(value)), Decimal(3)) - Decimal("1.5")
        height = max(height, Decimal(2))
        rects.append(Rect(plain(x), plain(floor - height), plain(width), plain(height), style))
        floor -= height + Decimal("1.5")
    return rects


def _outliers(days: Sequence[DayBar], cell: Decimal, scale: Scale, top: int) -> list[Text]:
    """Number the days that reach three times the mean of the days that have any."""
    totals = [bar.lower + bar.upper for bar in days]
    busy = [total for total in totals if total]
    if not busy:
        return []
    return [
        Text(
            plain((index + Decimal("0.5")) * cell),
            plain(scale.y(Decimal(total)) + top - 6),
            str(total),
            strong=True,
        )
        for index, total in enumerate(totals)
        if total * len(busy) >= _OUTLIER_FACTOR * sum(busy)
    ]


def _day_labels(
    days: Sequence[DayBar], cell: Decimal, y: int, write_day: Callable[[date], str]
) -> list[Text]:
    """Name the first day, the Mondays and the fullest day, leaving out what would overlap on a narrow screen.

    The name of the first day begins at its bar instead of in its middle and reaches further.
    """
    totals = [bar.lower + bar.upper for bar in days]
    fullest = totals.index(max(totals))
    labels: list[Text] = []
    used: list[int] = [fullest]
    wanted = [0, *(i for i, bar in enumerate(days) if bar.day.weekday() == 0)]
    for index in wanted:
        if all(abs(index - other) >= (6 if 0 in {index, other} else 5) for other in used):
            used.append(index)
    for index in sorted(used):
        anchor = "start" if index == 0 else "middle"
        x = plain(index * cell if index == 0 else (index + Decimal("0.5")) * cell)
        labels.append(Text(x, str(y), write_day(days[index].day), anchor, index == fullest))
    return labels
