"""Geometry of the charts: figures in, coordinates as text out; one template draws them all.

Heights are px, horizontal places are percent of the plot, so text keeps its size while the shapes
stretch. Paths live in a box 1000 wide. Exact numbers in (`Decimal`, `int`), never float.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from entrepot.web.ui.bars import plain

BOX = Decimal(1000)
TOP = 10
AXIS_ROOM = 26
_END_GAP = 34


@dataclass(frozen=True, slots=True)
class Text:
    """A label in the plot: `x` in percent, `y` in px."""

    x: str
    y: str
    text: str
    anchor: str = "middle"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """An area or line in the box; `style` is its class."""

    d: str
    style: str


@dataclass(frozen=True, slots=True)
class Rect:
    """A bar or a shaded column: `x` and `width` in percent, `y` and `height` in px."""

    x: str
    y: str
    width: str
    height: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A dashed line with its label."""

    y: str
    text_y: str
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """The mark on the last point."""

    x: str
    y: str
    style: str = "dot"


@dataclass(frozen=True, slots=True)
class End:
    """Name and current figure of a series at the right end of its band."""

    label: str
    value: str
    style: str
    label_y: str
    value_y: str
    swatch_y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws, with the table behind it."""

    kind: str
    title: str
    description: str
    height: int
    plot_height: int
    table_head: Sequence[str]
    table_rows: Sequence[Sequence[str]]
    top: int = TOP
    grid: Sequence[str] = ()
    paths: Sequence[Path] = ()
    bars: Sequence[Rect] = ()
    shades: Sequence[Rect] = ()
    x_labels: Sequence[Text] = ()
    y_labels: Sequence[Text] = ()
    ends: Sequence[End] = ()
    axis_y: str = ""
    target: Target | None = None
    dot: Dot | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A named line of figures, as many as there are points; the last is the current one."""

    label: str
    values: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Spark:
    """The line of a sparkline in a box of 96 by 24."""

    d: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values to px from the top of the plot: `low` at the bottom, `high` at the top."""

    low: Decimal
    high: Decimal
    height: int

    def y(self, value: Decimal) -> Decimal:
        """Place a value; an empty range puts everything at the bottom."""
        reach = self.high - self.low
        if reach == 0:
            return Decimal(self.height)
        return (self.high - value) / reach * self.height


def nice_step(reach: Decimal, *, lines: int = 4) -> Decimal:
    """Choose a step of 1, 2, 2.5, 4 or 5 times a power of ten that covers `reach` in `lines` steps.

    `lines` is 1 or more. A reach of zero or below gives a step of 1.
    """
    if reach <= 0:
        return Decimal(1)
    raw = reach / lines
    power = Decimal(10) ** raw.adjusted()
    for factor in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(4), Decimal(5)):
        if factor * power >= raw:
            return factor * power
    return 10 * power


def _at(index: int, count: int, *, width: Decimal = BOX) -> Decimal:
    return width * index / (count - 1) if count > 1 else Decimal(0)


def _line(ys: Sequence[Decimal], *, width: Decimal = BOX) -> str:
    points = [f"{plain(_at(i, len(ys), width=width))} {plain(y)}" for i, y in enumerate(ys)]
    return "M" + " L".join(points)


def _band(upper: Sequence[Decimal], lower: Sequence[Decimal]) -> str:
    count = len(upper)
    back = [f"{plain(_at(i, count))} {plain(lower[i])}" for i in reversed(range(count))]
    return _line(upper) + " L" + " L".join(back) + " Z"


def _grid(
    scale: Scale, step: Decimal, write: Callable[[Decimal], str]
) -> tuple[list[str], list[Text]]:
    """Draw the lines from the lowest to the highest value with their labels."""
    lines, labels = [], []
    value = scale.low
    while value <= scale.high:
        y = scale.y(value) + TOP
        lines.append(plain(y))
        labels.append(Text("0", plain(y + 4), write(value), "end"))
        value += step
    return lines, labels


def _x_labels(names: Sequence[str], y: int) -> list[Text]:
    """Name the points below the plot: first and last inside its edges, the last one strong."""
    count = len(names)
    labels = []
    for index, name in enumerate(names):
        if not name:
            continue
        anchor = "start" if index == 0 else "end" if index == count - 1 else "middle"
        x = plain(_at(index, count, width=Decimal(100)))
        labels.append(Text(x, str(y), name, anchor, index == count - 1))
    return labels


def _spread(wanted: Sequence[Decimal], *, gap: int, bottom: int) -> list[Decimal]:
    """Move places (top to bottom) apart until none is nearer than `gap`, staying above `bottom`."""
    placed: list[Decimal] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + gap) if placed else max(place, Decimal(0)))
    limit = Decimal(bottom)
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    return placed


def _require_points(names: Sequence[str], series: Sequence[Series]) -> None:
    if not names or any(len(one.values) != len(names) for one in series):
        raise ValueError("each series needs one value for each of at least one point")


def stacked_area(
    *,
    title: str,
    description: str,
    names: Sequence[str],
    series: Sequence[Series],
    write: Callable[[Decimal], str],
    write_axis: Callable[[Decimal], str],
    first_column: str,
    plot_height: int = 176,
) -> Chart:
    """Stack at most four series of figures from zero on, the first at the bottom.

    `names` are the points from left to right (empty text: no label), `write` formats figures for
    the ends and the table, `write_axis` the grid. Raises: ValueError for more than four series,
    for figures below zero, or for a series of another length than `names`.
    """
    _require_points(names, series)
    if len(series) > 4 or any(value < 0 for one in series for value in one.values):
        raise ValueError("a stacked area takes at most four series from zero on")
    count = len(names)
    stacks = [[Decimal(0)] * count]
    for one in series:
        stacks.append([below + value for below, value in zip(stacks[-1], one.values, strict=True)])
    peak = max(stacks[-1])
    step = nice_step(peak)
    scale = Scale(Decimal(0), max(peak, step), plot_height)
    paths = [
        Path(_band([scale.y(v) for v in high], [scale.y(v) for v in low]), f"band fill-c{number}")
        for number, (low, high) in enumerate(pairwise(stacks), start=1)
    ]
    lines, labels = _grid(scale, step, write_axis)
    height = TOP + plot_height + AXIS_ROOM
    return Chart(
        kind="ended",
        title=title,
        description=description,
        height=height,
        plot_height=plot_height,
        grid=lines,
        paths=paths,
        y_labels=labels,
        x_labels=_x_labels(names, TOP + plot_height + 20),
        ends=_ends(series, stacks, scale, write),
        axis_y=str(TOP + plot_height),
        table_head=[first_column, *(one.label for one in series)],
        table_rows=[
            [name, *(write(one.values[i]) for one in series)] for i, name in enumerate(names)
        ],
    )


def _ends(
    series: Sequence[Series],
    stacks: Sequence[Sequence[Decimal]],
    scale: Scale,
    write: Callable[[Decimal], str],
) -> list[End]:
    """Put name and figure beside the middle of each band, from the top down, without overlap."""
    order = list(reversed(range(len(series))))
    wanted = [TOP + (scale.y(stacks[i][-1]) + scale.y(stacks[i + 1][-1])) / 2 - 16 for i in order]
    places = _spread(wanted, gap=_END_GAP, bottom=TOP + scale.height - 24)
    return [
        End(
            label=series[i].label,
            value=write(series[i].values[-1]),
            style=f"fill-c{i + 1}",
            swatch_y=plain(place + 2),
            label_y=plain(place + 10),
            value_y=plain(place + 26),
        )
        for i, place in zip(order, places, strict=True)
    ]


def line_chart(
    *,
    title: str,
    description: str,
    names: Sequence[str],
    series: Series,
    write: Callable[[Decimal], str],
    write_axis: Callable[[Decimal], str],
    first_column: str,
    target: tuple[Decimal, str] | None = None,
    tone: str = "",
    plot_height: int = 160,
) -> Chart:
    """Draw one line with the area below it, its last point marked, and a target when given.

    The axis starts at the step below the lowest figure. `target` is a figure and its label; `tone`
    is empty (the green of margins) or `accent`. Raises: ValueError as `stacked_area`.
    """
    _require_points(names, [series])
    shown = [*series.values, *([target[0]] if target else [])]
    step = nice_step(max(shown) - min(shown), lines=3)
    low = min(shown) // step * step
    if low > min(shown):
        low -= step
    high = -(-max(shown) // step) * step
    high = high + step if high < max(shown) or high == low else high
    scale = Scale(low, high, plot_height)
    ys = [scale.y(value) for value in series.values]
    lines, labels = _grid(scale, step, write_axis)
    floor = [Decimal(plot_height)] * len(ys)
    return Chart(
        kind="single",
        title=title,
        description=description,
        height=TOP + plot_height + AXIS_ROOM,
        plot_height=plot_height,
        grid=lines,
        paths=[
            Path(_band(ys, floor), f"under {tone}".strip()),
            Path(_line(ys), f"edge {tone}".strip()),
        ],
        y_labels=labels,
        x_labels=_x_labels(names, TOP + plot_height + 20),
        dot=Dot("100", plain(ys[-1] + TOP), f"dot {tone}".strip()),
        target=_target(target, scale),
        table_head=[first_column, series.label],
        table_rows=[[n, write(v)] for n, v in zip(names, series.values, strict=True)],
    )


def _target(target: tuple[Decimal, str] | None, scale: Scale) -> Target | None:
    if target is None:
        return None
    y = scale.y(target[0]) + TOP
    return Target(y=plain(y), text_y=plain(y - 5), text=target[1])


def sparkline(values: Sequence[Decimal]) -> Spark:
    """Draw figures as a line of 96 by 24; equal figures lie in the middle.

    Raises: ValueError for fewer than two figures.
    """
    if len(values) < 2:
        raise ValueError("a sparkline needs at least two figures")
    low, high = min(values), max(values)
    if low == high:
        return Spark(_line([Decimal(12)] * len(values), width=Decimal(96)))
    scale = Scale(low, high, 20)
    return Spark(_line([scale.y(value) + 2 for value in values], width=Decimal(96)))
