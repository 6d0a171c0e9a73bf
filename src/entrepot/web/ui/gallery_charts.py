"""Made-up figures of the gallery's charts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from entrepot.web.ui import charts, charts_days, formats
from entrepot.web.ui.parts import Choice, Column, Part

D = Decimal

_MONTHS = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]


def _euro(value: Decimal) -> str:
    return formats.money(value, currency="EUR", language="en")


def _thousands(value: Decimal) -> str:
    return f"{formats.quantity(value / 1000, language='en')}k"


def _plain(value: Decimal) -> str:
    return formats.quantity(value, language="en")


def _series(label: str, thousands: str, last: str) -> charts.Series:
    return charts.Series(label, [*(D(t) * 1000 for t in thousands.split()), D(last)])


def _mrr() -> charts.Chart:
    # The four last figures add up to 128,412.60, the MRR of the tile.
    return charts.stacked_area(
        title="MRR by category, 12 months",
        description="It rose from 90,500 to 128,412.60 euro; productivity carries more than half.",
        names=_MONTHS,
        series=[
            _series("Productivity", "52 53 53.5 56 57 60 61.5 62 65 67.5 69.5", "71208.40"),
            _series("Security", "16.5 17 19 20 21.5 22.5 24.5 25 26 27.5 28.8", "29316.75"),
            _series("Backup", "12.5 13 13 13.5 14 14.5 14.8 15.3 16 16.5 17", "17642.20"),
            _series("Voice", "9.5 9.3 9.5 9.4 9.3 9.6 9.7 9.8 9.9 10 10.2", "10245.25"),
        ],
        write=_euro,
        write_axis=_thousands,
        first_column="Month",
    )


def _margin() -> charts.Chart:
    values = "16.9 17 16.8 17.2 17.4 17.3 17.6 17.9 17.8 18.2 18.3 18.6"
    return charts.line_chart(
        title="Margin, percent of price",
        description="It rose by 1.7 points in 12 months and is above the target of 18.",
        names=["Dec 25", *[""] * 10, "Nov"],
        series=charts.Series("Margin, %", [D(value) for value in values.split()]),
        write=_plain,
        write_axis=_plain,
        first_column="Month",
        target=(D(18), "your target 18%"),
    )


def _renewals() -> charts.Chart:
    renew = [
        2,
        0,
        3,
        0,
        0,
        1,
        4,
        1,
        2,
        1,
        0,
        0,
        1,
        19,
        3,
        1,
        2,
        5,
        0,
        1,
        3,
        2,
        2,
        2,
        1,
        0,
        3,
        1,
        2,
        3,
    ]
    end = [
        0,
        1,
        2,
        0,
        0,
        3,
        1,
        0,
        1,
        2,
        0,
        0,
        2,
        11,
        2,
        0,
        1,
        2,
        0,
        0,
        2,
        1,
        0,
        1,
        1,
        0,
        2,
        0,
        1,
        2,
    ]
    start = date(2026, 11, 18)
    days = [
        charts_days.DayBar(start + timedelta(days=i), lower, upper)
        for i, (lower, upper) in enumerate(zip(renew, end, strict=True))
    ]
    return charts_days.day_bars(
        title="Renewals, next 30 days",
        description="Most terms end on 1 December: 19 renew by themselves, 11 end.",
        days=days,
        lower_label="renew by themselves",
        upper_label="end",
        first_column="Day",
        write_day=lambda day: formats.day(day, style="day", language="en"),
    )


def reseller_home() -> Mapping[str, object]:
    """Give the home of a reseller with its three charts."""
    return {
        "mrr": _mrr(),
        "margin": _margin(),
        "renewals": _renewals(),
        "spark": charts.sparkline([D(1), D(3), D(2), D(5), D(4), D(7)]),
        "by": [
            Choice("Category", "#", current=True),
            Choice("Vendor", "#"),
            Choice("Customer", "#"),
        ],
        # 18,204.50 + 43,135.62 + 17,451.88 + 41,208.00 = 120,000.00, the limit
        "balance": [
            Part("Overdue, 8 days", D("18204.50"), "bad", "€18,204.50"),
            Part("Not yet due", D("43135.62"), "c1", "€43,135.62"),
            Part("Orders under way", D("17451.88"), "neutral", "€17,451.88"),
            Part("Credit left", D("41208.00"), "hatch", "€41,208.00"),
        ],
        "failed_columns": [
            Column("Customer", 168),
            Column("What and why"),
            Column("Price", 96, numeric=True),
            Column("Repair", 230, hidden_label=True),
        ],
        "largest_columns": [
            Column("Largest"),
            Column("What happens", 110),
            Column("Date", 96, numeric=True),
            Column("Price", 110, numeric=True),
            Column("Next step", 146, hidden_label=True),
        ],
        "largest": [
            (
                "Cobalt Freight GmbH",
                "Workspace Business Standard, 106 seats",
                "renews",
                "1 Dec",
                "in 14 days",
                "€1,187.20",
                "Review",
            ),
            (
                "Harbour Foods",
                "Cloud Backup 1 TB, 52 units",
                "renews",
                "5 Dec",
                "in 18 days",
                "€1,034.80",
                "Review",
            ),
            (
                "Linden Pharma",
                "Workspace Business Premium, 44 seats",
                "ends",
                "1 Dec",
                "in 14 days",
                "€862.40",
                "Offer renewal",
            ),
        ],
    }
