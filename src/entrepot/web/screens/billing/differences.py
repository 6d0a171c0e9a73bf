"""Differences to the previous periods: largest unexplained first, bars from a common axis, the rest as one row."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.rehearsals import (
    Comparison,
    Difference,
    Differences,
    Dimension,
)
from entrepot.web.screens.billing import links, words
from entrepot.web.screens.billing.totals import sign_of
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column

ROWS_ON_RUN_PAGE = 5


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One row; `value` is the bar's length, the texts stand beside it."""

    name: str
    note: str
    url: str
    why: str
    warning: str
    before: str
    now: str
    value: Decimal
    change: str
    share: str
    is_rest: bool


@dataclass(frozen=True, slots=True)
class DifferenceTable:
    """Rows in one currency with the length of the longest bar and what they come to."""

    lines: tuple[DifferenceLine, ...]
    columns: list[Column]
    largest: Decimal
    change: str
    warning: str


@dataclass(frozen=True, slots=True)
class DifferenceCard:
    """The differences of a run by reseller, and where they were taken from."""

    table: DifferenceTable
    note: str
    url: str


def difference_card(comparison: Comparison, *, currency: str) -> DifferenceCard:
    """Return the largest differences by reseller for the page of a run; says which comparison it is."""
    found = comparison.by(Dimension.RESELLER, currency=currency)
    rows = found.first(ROWS_ON_RUN_PAGE)
    when = formats.day(
        comparison.row.made_at, style="time", language=words.language(), zone=words.zone()
    )
    source = gettext("from the run itself") if comparison.is_of_run else None
    return DifferenceCard(
        table=difference_table(found, rows, dimension=Dimension.RESELLER, currency=currency),
        note=source or gettext("from the rehearsal of %(time)s") % {"time": when},
        url="" if comparison.is_of_run else links.rehearsal(comparison.row.id),
    )


def difference_table(
    found: Differences, rows: tuple[Difference, ...], *, dimension: Dimension, currency: str
) -> DifferenceTable:
    """Return rows as the screens show them; the bars share one axis."""
    return DifferenceTable(
        lines=tuple(_line(row, dimension) for row in rows),
        columns=[
            Column(_heading(dimension)),
            Column(gettext("Now, before"), 136, numeric=True),
            Column(gettext("less – more"), 140),
            Column(
                gettext("Difference, %(sign)s") % {"sign": sign_of(currency)}, 140, numeric=True
            ),
        ],
        largest=max((abs(row.change) for row in rows), default=Decimal(0)) or Decimal(1),
        change=formats.amount(found.change, language=words.language(), signed=True),
        warning=words.unexplained(found.unexplained) if found.unexplained else "",
    )


def _heading(dimension: Dimension) -> str:
    return {
        Dimension.RESELLER: gettext("Reseller and cause"),
        Dimension.CUSTOMER: gettext("Customer and cause"),
        Dimension.PLAN: gettext("Plan and cause"),
        Dimension.SUBSCRIPTION: gettext("Subscription and cause"),
    }[dimension]


def _line(row: Difference, dimension: Dimension) -> DifferenceLine:
    language = words.language()
    is_rest = row.id is None
    share = ""
    if row.before:
        moved = row.change / abs(row.before)
        share = formats.percent(moved, language=language, decimals=1, signed=True)
    return DifferenceLine(
        name=_rest(row.members, dimension) if is_rest else row.name,
        note=row.note,
        url=links.of_difference(dimension, row.id),
        why="" if is_rest else words.causes(row),
        warning=words.causes(row, shown_max=1) if row.unexplained and not is_rest else "",
        before=formats.amount(row.before, language=language),
        now=formats.amount(row.now, language=language),
        value=row.change,
        change=formats.amount(row.change, language=language, signed=True),
        share=share,
        is_rest=is_rest,
    )


def _rest(members: int, dimension: Dimension) -> str:
    texts = {
        Dimension.RESELLER: ngettext("%(n)s other reseller", "%(n)s other resellers", members),
        Dimension.CUSTOMER: ngettext("%(n)s other customer", "%(n)s other customers", members),
        Dimension.PLAN: ngettext("%(n)s other plan", "%(n)s other plans", members),
        Dimension.SUBSCRIPTION: ngettext(
            "%(n)s other subscription", "%(n)s other subscriptions", members
        ),
    }
    return texts[dimension] % {"n": words.number(members)}
