"""The figures of the page benchmark as a table for people."""

from collections.abc import Iterator, Sequence

from entrepot.ops.bench.pages import LONG, SHORT, PageFigures
from entrepot.ops.bench.requests import Cost


def table(figures: PageFigures) -> str:
    """Write the figures: server time in milliseconds of CPU, web and database together, medians."""
    widths = [max(len(line[0]) for line in _lines(figures)), 9, 9, 9, 9, 9, 9, 9]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=False)]
        ).rstrip()
        for line in _lines(figures)
    )


def _lines(figures: PageFigures) -> Iterator[Sequence[str]]:
    yield (
        f"{figures.subscriptions:,} subscriptions, {figures.lines:,} lines, {figures.repeats} repeats",
    )
    yield (
        "list",
        "queries",
        "rows",
        f"first {SHORT}",
        f"first {LONG}",
        f"last {SHORT}",
        f"last {LONG}",
        "clock",
    )
    for one in figures.lists:
        yield (
            one.name,
            _range([cost.queries for cost in one.costs]),
            _range([cost.rows for cost in one.costs]),
            *(f"{cost.server:.1f}" for cost in one.costs),
            f"{max(cost.clock for cost in one.costs):.1f}",
        )
    yield ("",)
    yield ("subscription page", "queries", "", "10", "1,000", "ratio")
    for page in figures.resources:
        yield (
            page.name,
            _range([page.few.queries, page.many.queries]),
            "",
            f"{page.few.server:.1f}",
            f"{page.many.server:.1f}",
            f"{page.ratio:.2f}",
        )
    yield ("",)
    yield ("without a promise", "queries", "", "server", "web", "database", "clock")
    for other in figures.others:
        yield (other.name, str(other.cost.queries), "", *_parts(other.cost))


def _parts(cost: Cost) -> Iterator[str]:
    for value in (cost.server, cost.web, cost.database, cost.clock):
        yield f"{value:.1f}"


def _range(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low}-{high}"
