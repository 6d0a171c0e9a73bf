"""Geometry of the charts, against hand calculation."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from entrepot.web.ui import charts, charts_days

D = Decimal


def stacked(series, names=("Jan", "Feb", "Mar")):
    return charts.stacked_area(
        title="MRR",
        description="by category",
        names=names,
        series=series,
        write=lambda value: f"{value} EUR",
        write_axis=str,
        first_column="Month",
        plot_height=100,
    )


def lined(values, target=None):
    return charts.line_chart(
        title="Margin",
        description="percent",
        names=["a", *[""] * (len(values) - 1)],
        series=charts.Series("Margin", [D(v) for v in values]),
        write=str,
        write_axis=lambda value: f"{value.normalize():f}",
        first_column="Month",
        target=target,
        plot_height=100,
    )


@pytest.mark.parametrize(
    ("reach", "step"),
    [("128412", "40000"), ("4", "1"), ("10", "2.5"), ("0.03", "0.01"), ("0", "1"), ("399", "100")],
)
def test_a_grid_has_round_steps(reach, step):
    assert charts.nice_step(D(reach)) == D(step)


def test_areas_stand_on_one_another():
    chart = stacked(
        [charts.Series("low", [D(10), D(20), D(30)]), charts.Series("high", [D(30), D(20), D(10)])]
    )

    # The sum is always 40, the top of the scale; the lower band ends at 75, 50 and 25 px.
    assert chart.paths[0].d == "M0 75 L500 50 L1000 25 L1000 100 L500 100 L0 100 Z"
    assert chart.paths[1].d == "M0 0 L500 0 L1000 0 L1000 25 L500 50 L0 75 Z"


def test_the_grid_starts_at_zero_and_is_named():
    chart = stacked([charts.Series("a", [D(10), D(20), D(40)])])

    # 40 in four steps of 10: 100, 75, 50, 25, 0 px below the top edge of 10 px
    assert chart.grid == ["110", "85", "60", "35", "10"]
    assert [label.text for label in chart.y_labels] == ["0", "10", "20", "30", "40"]


def test_names_at_the_ends_do_not_overlap():
    chart = stacked(
        [
            charts.Series("a", [D(1)] * 3),
            charts.Series("b", [D(1)] * 3),
            charts.Series("c", [D(98)] * 3),
        ]
    )
    places = [D(end.label_y) for end in chart.ends]

    assert [end.label for end in chart.ends] == ["c", "b", "a"]
    assert all(lower - upper >= 34 for upper, lower in pairwise(places))


def test_the_table_behind_has_every_figure():
    chart = stacked(
        [charts.Series("a", [D(1), D(2), D(3)]), charts.Series("b", [D(4), D(5), D(6)])]
    )

    assert chart.table_head == ["Month", "a", "b"]
    assert chart.table_rows[2] == ["Mar", "3 EUR", "6 EUR"]


def test_only_the_last_point_is_strong():
    chart = stacked([charts.Series("a", [D(1), D(2), D(3)])])

    assert [(t.x, t.anchor, t.strong) for t in chart.x_labels] == [
        ("0", "start", False),
        ("50", "middle", False),
        ("100", "end", True),
    ]


def test_a_line_leaves_room_below_its_lowest_figure():
    chart = lined(["16.9", "18.6"], target=(D(18), "target"))

    # The reach of 1.7 in three steps is 0.567 each, so 1; the axis runs from 16 to 19.
    assert [label.text for label in chart.y_labels] == ["16", "17", "18", "19"]
    # (19 − 18) ÷ 3 × 100 = 33.333 px, 10 below the top edge
    assert (chart.target.y, chart.target.text) == ("43.333", "target")
    assert chart.dot.y == "23.333"


@pytest.mark.parametrize("values", [["5", "5"], ["-3", "-1"], ["0", "0"]])
def test_a_line_of_any_figures_stays_in_the_plot(values):
    chart = lined(values)

    assert 10 <= D(chart.dot.y) <= 110
    assert len(chart.grid) >= 2


def test_missing_figures_are_refused():
    with pytest.raises(ValueError, match="one value for each"):
        stacked([charts.Series("a", [D(1)])])
    with pytest.raises(ValueError, match="at most four series"):
        stacked([charts.Series(str(i), [D(1)] * 3) for i in range(5)])
    with pytest.raises(ValueError, match="from zero on"):
        stacked([charts.Series("a", [D(-1), D(1), D(1)])])


def days(counts, start=date(2026, 11, 18)):
    rows = [charts_days.DayBar(start + timedelta(days=i), a, b) for i, (a, b) in enumerate(counts)]
    return charts_days.day_bars(
        title="Renewals",
        description="next days",
        days=rows,
        lower_label="renew",
        upper_label="end",
        first_column="Day",
        write_day=lambda day: day.isoformat(),
        plot_height=90,
    )


def test_weekends_are_shaded():
    chart = days([(1, 0)] * 10)

    # 18 November 2026 is a Wednesday: Saturday and Sunday are the fourth and fifth of ten days.
    assert [(shade.x, shade.width) for shade in chart.shades] == [("30", "10"), ("40", "10")]


def test_the_fullest_day_fills_the_height_and_has_its_number():
    chart = days([(1, 0), (20, 10), (0, 1), (0, 0), (1, 0), (0, 1)])
    lower, upper = chart.bars[1], chart.bars[2]

    # The mean of the five days that have any is 34 ÷ 5 = 6.8; 30 is more than three times that.
    # 20 of 30 is 60 px less the gap of 1.5; the other part starts 1.5 above it.
    assert (lower.height, upper.height) == ("58.5", "28.5")
    assert D(upper.y) + D(upper.height) + D("1.5") == D(lower.y)
    assert [text.text for text in chart.x_labels if text.strong] == ["30", "2026-11-19"]


def test_days_without_anything_draw_no_bar():
    chart = days([(0, 0), (0, 0)])

    assert chart.bars == []
    assert chart.table_rows == [["2026-11-18", "0", "0"], ["2026-11-19", "0", "0"]]


def test_no_days_are_refused():
    with pytest.raises(ValueError, match="at least one day"):
        days([])


def test_a_sparkline_uses_its_height():
    # lowest at 22 px, highest at 2 px, the middle figure between them
    assert charts.sparkline([D(0), D(5), D(10)]).d == "M0 22 L48 12 L96 2"
    assert charts.sparkline([D(3), D(3)]).d == "M0 12 L96 12"
    with pytest.raises(ValueError, match="at least two"):
        charts.sparkline([D(3)])
