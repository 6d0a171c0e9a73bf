"""Periods: the cases of the billing rules as literals, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest

from entrepot.kernel.periods import (
    DateRange,
    PeriodError,
    boundary,
    due_date,
    fraction,
    natural_start,
    next_statement,
    period_end,
    remaining_fraction,
)


def day(text):
    return date.fromisoformat(text)


def span(start, end=None):
    return DateRange(day(start), None if end is None else day(end))


@pytest.mark.parametrize(
    ("start", "months", "anchor", "expected"),
    [
        ("2024-01-31", 1, 31, "2024-02-29"),
        ("2024-02-29", 1, 31, "2024-03-31"),
        ("2024-02-29", 12, 29, "2025-02-28"),
        ("2025-02-28", 12, 29, "2026-02-28"),
        ("2026-02-28", 12, 29, "2027-02-28"),
        ("2027-02-28", 12, 29, "2028-02-29"),
        ("2026-01-17", 1, 1, "2026-02-01"),
        ("2026-01-17", 1, 20, "2026-01-20"),
        # One more month would be 12 months and 3 days, which is longer than the period.
        ("2026-01-17", 12, 20, "2026-12-20"),
        ("2026-01-17", 12, 17, "2027-01-17"),
        ("2026-01-17", 12, 1, "2027-01-01"),
        ("2026-04-30", 1, 31, "2026-05-31"),
        ("2026-04-29", 1, 31, "2026-04-30"),
        ("2026-11-30", 3, 30, "2027-02-28"),
        ("2026-12-31", 36, 31, "2029-12-31"),
    ],
)
def test_a_period_ends_on_the_last_grid_date_within_its_months(start, months, anchor, expected):
    ends = period_end(day(start), months=months, anchor=anchor)

    assert ends == (day(expected), day(expected))


@pytest.mark.parametrize(
    ("term_end", "end"),
    [("2026-01-25", "2026-01-25"), ("2026-02-01", "2026-02-01"), ("2027-01-17", "2026-02-01")],
)
def test_the_end_of_the_term_cuts_the_period_and_not_its_natural_end(term_end, end):
    ends = period_end(day("2026-01-17"), months=1, anchor=1, term_end=day(term_end))

    assert ends.natural_end == day("2026-02-01")
    assert ends.end == day(end)


@pytest.mark.parametrize(
    ("start", "months", "anchor", "expected"),
    [
        ("2026-03-31", 0, 30, "2026-03-30"),
        ("2026-01-31", -1, 31, "2025-12-31"),
        ("2024-03-01", -1, 31, "2024-02-29"),
        ("2026-01-01", -12, 29, "2025-01-29"),
        ("2000-01-31", 1, 30, "2000-02-29"),
        ("1900-01-31", 1, 30, "1900-02-28"),
    ],
)
def test_a_boundary_is_the_anchor_in_its_month_or_the_last_day(start, months, anchor, expected):
    assert boundary(day(start), months=months, anchor=anchor) == day(expected)


def test_the_natural_start_is_found_from_the_anchor_and_not_from_a_clamped_end():
    assert natural_start(day("2026-02-28"), months=1, anchor=31) == day("2026-01-31")
    assert natural_start(day("2028-02-29"), months=12, anchor=29) == day("2027-02-28")


@pytest.mark.parametrize(
    ("start", "end", "months", "anchor", "expected"),
    [
        # A full month: 31 of 31 days.
        ("2026-03-01", "2026-04-01", 1, 1, (31, 31)),
        # Joined on 17 January with anchor 1: 17 to 31 January are 15 days of the 31 of January.
        ("2026-01-17", "2026-02-01", 1, 1, (15, 31)),
        # Anchor 20: three days of the month from 20 December to 20 January.
        ("2026-01-17", "2026-01-20", 1, 20, (3, 31)),
        # A yearly stub: 17 January to 20 December are 337 of the 365 days.
        ("2026-01-17", "2026-12-20", 12, 20, (337, 365)),
        # The year from 29 February 2024 to 28 February 2025.
        ("2024-02-29", "2025-02-28", 12, 29, (365, 365)),
        # A change order done on 8 January, next billing 1 February.
        ("2026-01-08", "2026-02-01", 1, 1, (24, 31)),
        # Placed 31 January and done 2 February: charged up to 1 March.
        ("2026-02-02", "2026-03-01", 1, 1, (27, 28)),
        # A co-termed seat with 15 of 30 days left.
        ("2026-04-16", "2026-05-01", 1, 1, (15, 30)),
        # A term that ends on 11 March cuts a month.
        ("2026-03-01", "2026-03-11", 1, 1, (10, 31)),
    ],
)
def test_a_fraction_counts_days_against_the_whole_natural_period(
    start, end, months, anchor, expected
):
    assert fraction(start=day(start), end=day(end), months=months, anchor=anchor) == expected


def test_a_fraction_has_an_exact_value():
    half = fraction(start=day("2026-04-16"), end=day("2026-05-01"), months=1, anchor=1)

    assert half.value == Fraction(1, 2)


def test_a_part_of_a_year_is_measured_against_the_year_it_belongs_to():
    # The year from 1 March 2027 holds 29 February 2028; counted from September it would not be
    # this year but the one to 1 September 2028. 1 September to 1 March: 30+31+30+31+31+29 = 182.
    part = fraction(
        start=day("2027-09-01"),
        end=day("2028-03-01"),
        months=12,
        anchor=1,
        period_start=day("2027-03-01"),
    )

    assert part == (182, 366)


@pytest.mark.parametrize(
    ("effective", "expected"),
    [
        ("2026-02-20", (31, 31)),
        ("2026-03-01", (31, 31)),
        ("2026-03-11", (21, 31)),
        ("2026-03-31", (1, 31)),
        ("2026-04-01", (0, 31)),
    ],
)
def test_a_change_pays_for_the_days_left_and_a_late_one_for_the_whole_period(effective, expected):
    left = remaining_fraction(
        effective=day(effective),
        start=day("2026-03-01"),
        end=day("2026-04-01"),
        months=1,
        anchor=1,
    )

    assert left == expected


def test_a_new_statement_day_makes_a_short_period_first():
    # Billed up to 8 November, statement day moved from 8 to 12.
    first = period_end(day("2026-11-08"), months=1, anchor=12).end
    second = period_end(first, months=1, anchor=12).end

    assert (first, second) == (day("2026-11-12"), day("2026-12-12"))


@pytest.mark.parametrize(
    ("today", "statement_day", "expected"),
    [
        ("2026-02-28", 31, "2026-02-28"),
        ("2026-03-05", 1, "2026-04-01"),
        ("2026-03-05", 5, "2026-03-05"),
        ("2026-12-31", 30, "2027-01-30"),
        ("2027-01-31", 30, "2027-02-28"),
        ("2026-03-05", 0, "2026-03-05"),
    ],
)
def test_a_charge_goes_on_the_next_statement(today, statement_day, expected):
    assert next_statement(day(today), statement_day=statement_day) == day(expected)


@pytest.mark.parametrize(
    ("issued", "days", "expected"),
    [("2026-03-01", 30, "2026-03-30"), ("2026-03-01", 1, "2026-03-01")],
)
def test_the_day_of_issue_is_the_first_day_to_pay(issued, days, expected):
    assert due_date(day(issued), due_days=days) == day(expected)


def test_a_range_holds_its_start_and_not_its_end():
    march = span("2026-03-01", "2026-04-01")

    assert march.days == 31
    assert march.contains(day("2026-03-01"))
    assert march.contains(day("2026-03-31"))
    assert not march.contains(day("2026-04-01"))
    assert not march.contains(day("2026-02-28"))
    assert span("2026-03-01").contains(day("9999-12-31"))


@pytest.mark.parametrize(
    ("first", "second", "common"),
    [
        (("2026-03-01", "2026-04-01"), ("2026-03-10", "2026-03-20"), ("2026-03-10", "2026-03-20")),
        (("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-02"), ("2026-03-01", "2026-03-02")),
        (("2026-03-01", "2026-04-01"), ("2026-04-01", "2026-05-01"), None),
        (("2026-03-01", "2026-04-01"), ("2026-06-01",), None),
        (("2026-03-01",), ("2026-06-01",), ("2026-06-01",)),
        (("2026-03-01",), ("2026-02-01", "2026-03-05"), ("2026-03-01", "2026-03-05")),
    ],
)
def test_ranges_overlap_in_their_common_days(first, second, common):
    expected = None if common is None else span(*common)

    assert span(*first).intersection(span(*second)) == expected
    assert span(*second).intersection(span(*first)) == expected
    assert span(*first).overlaps(span(*second)) is (expected is not None)


@pytest.mark.parametrize(
    ("whole", "taken", "rest"),
    [
        (
            ("2026-03-01", "2026-04-01"),
            ("2026-03-10", "2026-03-20"),
            [("2026-03-01", "2026-03-10"), ("2026-03-20", "2026-04-01")],
        ),
        (("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-05-01"), []),
        (("2026-03-01", "2026-04-01"), ("2026-03-01", "2026-04-01"), []),
        (("2026-03-01", "2026-04-01"), ("2026-03-10",), [("2026-03-01", "2026-03-10")]),
        (("2026-03-01",), ("2026-02-01", "2026-03-10"), [("2026-03-10",)]),
        (("2026-03-01",), ("2026-03-01",), []),
        (("2026-03-01", "2026-04-01"), ("2026-04-01",), [("2026-03-01", "2026-04-01")]),
    ],
)
def test_subtracting_leaves_the_days_that_are_not_taken(whole, taken, rest):
    left = span(*whole).subtract(span(*taken))

    assert left == tuple(span(*part) for part in rest)
    assert span(*taken).covers(span(*whole)) is (left == ())


def test_a_range_is_split_at_a_day_that_leaves_days_on_both_sides():
    first, second = span("2026-03-01").split_at(day("2026-03-11"))

    assert first == span("2026-03-01", "2026-03-11")
    assert second == span("2026-03-11")


MARCH = span("2026-03-01", "2026-04-01")
FIRST = day("2026-03-01")


@pytest.mark.parametrize(
    ("code", "attempt"),
    [
        ("period_empty", lambda: DateRange(FIRST, FIRST)),
        ("period_empty", lambda: DateRange(FIRST, day("2026-02-28"))),
        ("period_empty", lambda: period_end(FIRST, months=1, anchor=1, term_end=FIRST)),
        ("range_open", lambda: DateRange(FIRST).days),
        ("day_outside_period", lambda: MARCH.split_at(FIRST)),
        ("day_outside_period", lambda: MARCH.split_at(day("2026-04-01"))),
        ("day_outside_period", lambda: DateRange(FIRST).split_at(day("2026-02-01"))),
        ("anchor_invalid", lambda: boundary(FIRST, months=1, anchor=0)),
        ("anchor_invalid", lambda: period_end(FIRST, months=1, anchor=32)),
        ("anchor_invalid", lambda: next_statement(FIRST, statement_day=-1)),
        ("date_out_of_range", lambda: boundary(date.max, months=1, anchor=1)),
        ("date_out_of_range", lambda: boundary(date.min, months=-1, anchor=1)),
        ("period_months_invalid", lambda: period_end(FIRST, months=0, anchor=1)),
        ("period_months_invalid", lambda: natural_start(FIRST, months=1201, anchor=1)),
        ("due_days_invalid", lambda: due_date(FIRST, due_days=0)),
        ("due_days_invalid", lambda: due_date(FIRST, due_days=10**12)),
    ],
)
def test_what_makes_no_period_is_refused(code, attempt):
    with pytest.raises(PeriodError) as caught:
        attempt()

    assert caught.value.code == code
    assert caught.value.next_step
    assert "{" not in str(caught.value)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        # Before the period, after its natural end, and an end before its start.
        ("2026-02-28", "2026-03-31"),
        ("2026-03-10", "2026-04-02"),
        ("2026-03-10", "2026-03-09"),
    ],
)
def test_a_fraction_outside_its_period_is_refused(start, end):
    with pytest.raises(PeriodError) as caught:
        fraction(start=day(start), end=day(end), months=1, anchor=1, period_start=FIRST)

    assert caught.value.code == "day_outside_period"


def test_a_change_after_the_end_of_the_period_is_refused():
    with pytest.raises(PeriodError) as caught:
        remaining_fraction(
            effective=day("2026-03-12"), start=FIRST, end=day("2026-03-11"), months=1, anchor=1
        )

    assert caught.value.code == "day_outside_period"


NOON = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - any datetime is refused


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: DateRange(NOON),
        lambda: DateRange(FIRST, datetime(2026, 4, 1)),  # noqa: DTZ001
        lambda: MARCH.contains(NOON),
        lambda: boundary(NOON, months=1, anchor=1),
        lambda: period_end(FIRST, months=1, anchor=1, term_end=NOON),
        lambda: fraction(start=FIRST, end=NOON, months=1, anchor=1),
        lambda: next_statement(NOON, statement_day=0),
        lambda: due_date(NOON, due_days=30),
        lambda: DateRange("2026-03-01"),
    ],
)
def test_an_instant_is_not_a_day(attempt):
    with pytest.raises(TypeError, match="a day is a date"):
        attempt()
