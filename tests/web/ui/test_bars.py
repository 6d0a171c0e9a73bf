"""Geometry of the small bars, against hand calculation."""

from decimal import Decimal

import pytest

from entrepot.web.ui import bars
from entrepot.web.ui.parts import Part

D = Decimal


def test_parts_lie_side_by_side_and_fill_the_bar():
    slices = bars.split([Part("Cost", D("973.08"), "neutral"), Part("Margin", D("214.12"), "ok")])

    # 973.08 ÷ 1,187.20 = 81.9643 %; the rest is 18.0357 %
    assert [(s.x, s.width, s.end, s.last) for s in slices] == [
        ("0", "81.964", "81.964", False),
        ("81.964", "18.036", "100", True),
    ]


def test_parts_of_nothing_take_no_room():
    assert bars.split([Part("a", D(0)), Part("b", D(-5))]) == []
    assert [s.width for s in bars.split([Part("a", D(0)), Part("b", D(5))])] == ["100"]


def test_usage_is_measured_against_what_was_bought():
    # 110 ÷ 112 = 98.214 %, 97 ÷ 112 = 86.607 %
    assert bars.usage(bought=D(112), assigned=D(110), used=D(97)) == bars.Usage("98.214", "86.607")


def test_usage_above_the_bought_is_full_and_nothing_bought_is_empty():
    assert bars.usage(bought=D(8), assigned=D(9), used=D(20)) == bars.Usage("100", "100")
    assert bars.usage(bought=D(0), assigned=D(1), used=D(1)) == bars.Usage("0", "0")


@pytest.mark.parametrize(
    ("value", "x", "width"),
    [("10", "50", "50"), ("-5", "25", "25"), ("0", "50", "0"), ("-40", "0", "50")],
)
def test_a_difference_starts_at_the_axis(value, x, width):
    bar = bars.difference(D(value), largest=D("-10"))

    assert (bar.x, bar.width) == (x, width)


def test_the_days_of_a_month_are_counted_inclusively():
    cells = bars.month_days(days=30, first=12, last=30)

    # 12 to 30 November are 19 days
    assert cells.count(True) == 19
    assert (cells[10], cells[11], cells[29]) == (False, True, True)


def test_a_month_of_32_days_is_refused():
    with pytest.raises(ValueError, match="32 days"):
        bars.month_days(days=32, first=1, last=2)
