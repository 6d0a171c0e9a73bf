"""Periods checked against a calendar that is walked day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.periods import (
    DateRange,
    boundary,
    fraction,
    natural_start,
    next_statement,
    period_end,
    remaining_fraction,
)

ONE_DAY = timedelta(days=1)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))
ANCHORS = st.integers(min_value=1, max_value=31)
MONTHS = st.sampled_from([1, 2, 3, 6, 12, 36])


@st.composite
def ranges(draw):
    start = draw(DAYS)
    length = draw(st.none() | st.integers(min_value=1, max_value=40))
    return DateRange(start, None if length is None else start + timedelta(days=length))


def is_grid_date(day, anchor):
    """A day is on the grid if it is the anchor, or the last of a month too short for it."""
    last_of_month = (day + ONE_DAY).day == 1
    return day.day == anchor or (last_of_month and day.day < anchor)


def walk_to_grid(day, anchor, count):
    """Walk on from the day after `day` until `count` grid dates are passed."""
    while count:
        day += ONE_DAY
        count -= is_grid_date(day, anchor)
    return day


@pytest.mark.parametrize("anchor", range(1, 32))
def test_forty_years_of_boundaries_keep_the_anchor(anchor):
    start = date(1996, 1, 15)
    previous = boundary(start, months=0, anchor=anchor)

    for months in range(1, 12 * 40 + 1):
        current = boundary(start, months=months, anchor=anchor)
        # The next grid date found by walking: nothing skipped, nothing doubled, never drifting.
        assert current == walk_to_grid(previous, anchor, 1)
        assert boundary(previous, months=1, anchor=anchor) == current
        previous = current

    assert (previous.year, previous.month) == (2036, 1)


@given(start=DAYS, months=MONTHS, anchor=ANCHORS)
def test_a_period_ends_as_many_grid_dates_on_as_it_has_months(start, months, anchor):
    ends = period_end(start, months=months, anchor=anchor)

    assert ends.natural_end == walk_to_grid(start, anchor, months)
    assert ends.end == ends.natural_end


@given(start=DAYS, months=MONTHS, anchor=ANCHORS, left=st.integers(min_value=1, max_value=1500))
def test_a_period_never_passes_the_end_of_its_term(start, months, anchor, left):
    term_end = start + timedelta(days=left)

    natural, end = period_end(start, months=months, anchor=anchor, term_end=term_end)

    assert start < end <= term_end
    assert end in {natural, term_end}


@given(start=DAYS, months=MONTHS, anchor=ANCHORS)
def test_the_natural_start_leads_back_to_the_natural_end(start, months, anchor):
    end = period_end(start, months=months, anchor=anchor).natural_end

    begin = natural_start(end, months=months, anchor=anchor)

    assert begin <= start < end
    assert is_grid_date(begin, anchor)
    assert period_end(begin, months=months, anchor=anchor).natural_end == end


@given(start=DAYS, months=MONTHS, anchor=ANCHORS)
def test_only_a_period_that_begins_on_the_grid_is_a_whole_one(start, months, anchor):
    end = period_end(start, months=months, anchor=anchor).end

    num, den = fraction(start=start, end=end, months=months, anchor=anchor)

    assert num == (end - start).days
    assert 0 < num <= den
    assert (num == den) is is_grid_date(start, anchor)


@given(start=DAYS, months=MONTHS, anchor=ANCHORS, data=st.data())
def test_a_period_split_at_any_day_adds_up_to_itself(start, months, anchor, data):
    end = period_end(start, months=months, anchor=anchor).end
    cut = data.draw(st.dates(min_value=start, max_value=end))
    rule = {"months": months, "anchor": anchor, "period_start": start}

    whole = fraction(start=start, end=end, **rule)
    before = fraction(start=start, end=cut, **rule)
    after = fraction(start=cut, end=end, **rule)

    assert before.num + after.num == whole.num
    assert before.den == after.den == whole.den
    assert after == remaining_fraction(
        effective=cut, start=start, end=end, months=months, anchor=anchor
    )


@given(start=DAYS, anchor=ANCHORS, terms=st.integers(min_value=1, max_value=30))
def test_consecutive_periods_leave_no_day_out_and_charge_none_twice(start, anchor, terms):
    day, charged = start, 0

    for _ in range(terms):
        end = period_end(day, months=1, anchor=anchor).end
        charged += fraction(start=day, end=end, months=1, anchor=anchor).num
        day = end

    assert charged == (day - start).days
    assert day == walk_to_grid(start, anchor, terms)


@given(day=DAYS, statement_day=ANCHORS)
def test_the_next_statement_is_the_first_one_not_before_the_day(day, statement_day):
    found = next_statement(day, statement_day=statement_day)

    assert found == walk_to_grid(day - ONE_DAY, statement_day, 1)


@given(day=DAYS)
def test_a_statement_every_day_is_on_the_day_itself(day):
    assert next_statement(day, statement_day=0) == day


@given(first=ranges(), second=ranges(), offset=st.integers(min_value=-45, max_value=45))
def test_each_day_is_either_common_or_left_over(first, second, offset):
    # Second ranges are moved near the first, or nearly all pairs would be disjoint.
    start = first.start + timedelta(days=offset)
    near = DateRange(start, None if second.end is None else start + (second.end - second.start))
    common, rest = first.intersection(near), first.subtract(near)

    for step in range(-50, 90):
        day = first.start + timedelta(days=step)
        in_common = common is not None and common.contains(day)
        in_rest = sum(part.contains(day) for part in rest)
        assert in_common is (first.contains(day) and near.contains(day))
        assert in_rest == int(first.contains(day) and not near.contains(day))
