"""The charts of the home pages, from the figures of `flows.home`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from entrepot.flows.home.provider import MonthRevenue
from entrepot.flows.home.renewals import Renewals
from entrepot.flows.home.sales import MonthEnd, Sales, largest_shelves
from entrepot.kernel.money import Money, round_amount
from entrepot.web.screens.home import words
from entrepot.web.ui import charts, charts_days, formats
from entrepot.web.ui.charts import Chart, Series

_SERIES_MAX = 4
_THOUSAND = 1000
_LABEL_MAX = 25


@dataclass(frozen=True, slots=True)
class Point:
    """What was earned a month at some day."""

    day: date
    sales: Sales


def points(past: Sequence[MonthEnd], *, now: Sales, today: date) -> list[Point]:
    """Put the present behind the past month ends."""
    return [*(Point(one.day, one.sales) for one in past), Point(today, now)]


def mrr_chart(shown: Sequence[Point]) -> Chart | None:
    """Draw the monthly revenue by sales category; None before there are two points."""
    if len(shown) < 2:
        return None
    currency = shown[-1].sales.currency
    every = {one.shelf for point in shown for one in point.sales.shelves}
    most = _SERIES_MAX if len(every) <= _SERIES_MAX else _SERIES_MAX - 1
    named = largest_shelves([point.sales for point in shown], most=most)
    series = [Series(_label(shelf), _of(shown, {shelf})) for shelf in named]
    if rest := every - set(named):
        series.append(Series(gettext("Other"), _of(shown, rest)))
    first, last = shown[0].sales.price, shown[-1].sales.price
    return charts.stacked_area(
        title=gettext("Monthly revenue by category"),
        description=gettext("From %(first)s in %(month)s to %(last)s now.")
        % {
            "first": words.money(first),
            "month": words.day(shown[0].day, "month"),
            "last": words.money(last),
        },
        names=[words.month(point.day) for point in shown],
        series=series,
        write=lambda value: words.money(Money.rounded(value, currency=currency)),
        write_axis=_axis,
        first_column=gettext("Month"),
    )


def margin_chart(shown: Sequence[Point]) -> Chart | None:
    """Draw the margin in percent of the price; None before there are two months with sales."""
    shares = [
        (point.day, share * 100)
        for point in shown
        if (share := point.sales.margin_share) is not None
    ]
    if len(shares) < 2:
        return None
    values = [round_amount(value, exp=1) for _day, value in shares]
    inner = [""] * (len(shares) - 2)
    return charts.line_chart(
        title=gettext("Margin in percent of the price"),
        description=gettext("From %(first)s to %(last)s.")
        % {"first": _percent(values[0]), "last": _percent(values[-1])},
        names=[words.month(shares[0][0]), *inner, words.month(shares[-1][0])],
        series=Series(gettext("Margin"), values),
        write=_percent,
        write_axis=lambda value: formats.quantity(value, language=words.language()),
        first_column=gettext("Month"),
    )


def renewals_chart(renewals: Renewals) -> Chart:
    """Draw one bar per day of the next 30 days."""
    return charts_days.day_bars(
        title=gettext("Terms that end in the next 30 days"),
        description=gettext("%(renewing)s renew by themselves, %(ending)s end.")
        % {"renewing": words.number(renewals.renewing), "ending": words.number(renewals.ending)},
        days=[charts_days.DayBar(one.day, one.renewing, one.ending) for one in renewals.days],
        lower_label=gettext("renew by themselves"),
        upper_label=gettext("end"),
        first_column=gettext("Day"),
        write_day=words.day,
    )


def revenue_chart(months: Sequence[MonthRevenue]) -> Chart | None:
    """Draw what was invoiced by month; None before there are two months in this currency."""
    if len(months) < 2:
        return None
    currency = months[-1].net.currency
    return charts.stacked_area(
        title=gettext("Invoiced by month"),
        description=gettext("From %(first)s in %(month)s to %(last)s now.")
        % {
            "first": words.money(months[0].net),
            "month": words.day(months[0].month, "month"),
            "last": words.money(months[-1].net),
        },
        names=[words.month(one.month) for one in months],
        series=[
            Series(gettext("Invoiced, net"), [max(one.net.amount, Decimal(0)) for one in months])
        ],
        write=lambda value: words.money(Money.rounded(value, currency=currency)),
        write_axis=_axis,
        first_column=gettext("Month"),
    )


def _label(shelf: str) -> str:
    """Name a category so that it fits beside its band."""
    name = shelf or gettext("No category")
    return name if len(name) <= _LABEL_MAX else f"{name[: _LABEL_MAX - 1].rstrip()}…"


def _of(shown: Sequence[Point], shelves: set[str]) -> list[Decimal]:
    """Add up some categories at every point, never below zero, at the currency's decimals."""
    return [
        max(
            Money.rounded(
                sum((one.price for one in point.sales.shelves if one.shelf in shelves), Decimal(0)),
                currency=point.sales.currency,
            ).amount,
            Decimal(0),
        )
        for point in shown
    ]


def _axis(value: Decimal) -> str:
    if value >= _THOUSAND:
        return f"{formats.quantity(value / _THOUSAND, language=words.language())}k"
    return formats.quantity(value, language=words.language())


def _percent(value: Decimal) -> str:
    return formats.percent(value / 100, language=words.language(), decimals=1)
