"""Half-open date ranges, billing periods on an anchor day, and fractions of them in days.

A range holds its start and not its end. All days are dates of the hub's billing calendar. The grid
of an anchor day a is "day a of every month, or its last day if the month is shorter"; a grid date
is always derived from the anchor and never from another, clamped, grid date.
Source of all formulas: docs/billing.md, "Periods".
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from entrepot.kernel.errors import BadInput

ANCHOR_MAX = 31
PERIOD_MONTHS_MAX = 1200


class PeriodError(BadInput):
    """A day, a range or a number of months that makes no period."""

    codes = frozenset(
        {
            "anchor_invalid",
            "date_out_of_range",
            "day_outside_period",
            "due_days_invalid",
            "period_empty",
            "period_months_invalid",
            "range_open",
        }
    )


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days from `start` up to, and without, `end`; without an end it is open.

    Raises: PeriodError `period_empty` unless it has at least one day; TypeError for a datetime.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        _require_day(self.start)
        if self.end is None:
            return
        _require_day(self.end)
        if self.end <= self.start:
            raise _empty(start=self.start, end=self.end)

    @property
    def days(self) -> int:
        """The number of days. Raises: PeriodError `range_open` for an open range."""
        if self.end is None:
            raise PeriodError(
                "range_open",
                "The time from {start} on has no end.",
                next_step="Give an end.",
                start=self.start,
            )
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        """Tell whether the day is in the range; its end is not."""
        _require_day(day)
        return self.start <= day and (self.end is None or day < self.end)

    def covers(self, other: DateRange) -> bool:
        """Tell whether every day of the other range is in this one."""
        return not other.subtract(self)

    def overlaps(self, other: DateRange) -> bool:
        """Tell whether the two have a day in common; ranges that only touch have none."""
        return self.intersection(other) is not None

    def intersection(self, other: DateRange) -> DateRange | None:
        """Give the days that are in both, or None."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends, default=None)
        return DateRange(start, end) if end is None or start < end else None

    def subtract(self, other: DateRange) -> tuple[DateRange, ...]:
        """Give the days that are not in the other range: none, one or two ranges, in order."""
        common = self.intersection(other)
        if common is None:
            return (self,)
        rest: list[DateRange] = []
        if self.start < common.start:
            rest.append(DateRange(self.start, common.start))
        if common.end is not None and common.end != self.end:
            rest.append(DateRange(common.end, self.end))
        return tuple(rest)

    def split_at(self, day: date) -> tuple[DateRange, DateRange]:
        """Divide into the days before `day` and those from it on.

        Raises: PeriodError `day_outside_period` unless both parts have a day.
        """
        if day == self.start or not self.contains(day):
            raise _outside(day=day, start=self.start, end=self.end)
        return DateRange(self.start, day), DateRange(day, self.end)


class DayFraction(NamedTuple):
    """A part `num` of a whole natural period of `den` days."""

    num: int
    den: int

    @property
    def value(self) -> Fraction:
        """The exact quotient."""
        return Fraction(self.num, self.den)


class PeriodEnd(NamedTuple):
    """The end of a period, exclusive: `natural_end` on the grid, `end` also bounded by the term."""

    natural_end: date
    end: date


def boundary(day: date, *, months: int, anchor: int) -> date:
    """Give B(d, n, a): day min(a, last day) in the month n months after d's month.

    `months` may be negative, `anchor` is 1 to 31. The result may lie before `day` for months = 0.

    Raises: PeriodError `anchor_invalid`, or `date_out_of_range` outside the years 1 to 9999.
    """
    _require_day(day)
    if not 1 <= anchor <= ANCHOR_MAX:
        raise PeriodError(
            "anchor_invalid",
            "{anchor} is not a day of a month.",
            next_step="Give a day from 1 to 31.",
            anchor=anchor,
        )
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= MAXYEAR:
        raise PeriodError(
            "date_out_of_range",
            "{months} months from {day} is outside the calendar.",
            next_step="Give an earlier date or a shorter time.",
            months=months,
            day=day,
        )
    return date(year, month + 1, min(anchor, monthrange(year, month + 1)[1]))


def period_end(start: date, *, months: int, anchor: int, term_end: date | None = None) -> PeriodEnd:
    """Find where a period of `months` (1 to 1200) that begins on `start` ends, exclusive.

    The natural end is the last grid date at most that many months away, so a start off the grid
    gives a shorter first period. The term's end, if it comes first, cuts the period.

    Raises: PeriodError `period_empty` if the term ends on or before the start,
    `period_months_invalid`, `anchor_invalid`, `date_out_of_range`.
    """
    _require_months(months)
    ahead = boundary(start, months=0, anchor=anchor) > start
    natural_end = boundary(start, months=months - int(ahead), anchor=anchor)
    if term_end is None:
        return PeriodEnd(natural_end, natural_end)
    _require_day(term_end)
    if term_end <= start:
        raise _empty(start=start, end=term_end)
    return PeriodEnd(natural_end, min(natural_end, term_end))


def natural_start(natural_end: date, *, months: int, anchor: int) -> date:
    """Give the grid date `months` (1 to 1200) before a natural end: B(ne, -m, a).

    Raises: PeriodError `period_months_invalid`, `anchor_invalid`, `date_out_of_range`.
    """
    _require_months(months)
    return boundary(natural_end, months=-months, anchor=anchor)


def fraction(
    *, start: date, end: date, months: int, anchor: int, period_start: date | None = None
) -> DayFraction:
    """Measure the days from `start` to `end` (exclusive) against the whole natural period.

    The denominator is the length of the natural period that the billing period belongs to. For a
    part of a period, such as the days left after a change, `period_start` names the day on which
    that billing period begins; without it the period begins on `start`.

    Raises: PeriodError `day_outside_period` unless period_start <= start <= end <= natural end;
    else as `period_end`.
    """
    begin = start if period_start is None else period_start
    natural_end = period_end(begin, months=months, anchor=anchor).natural_end
    _require_day(end)
    for day in (start, end):
        if not begin <= day <= natural_end:
            raise _outside(day=day, start=begin, end=natural_end)
    if end < start:
        raise _outside(day=end, start=start, end=natural_end)
    whole = natural_end - natural_start(natural_end, months=months, anchor=anchor)
    return DayFraction(num=(end - start).days, den=whole.days)


def remaining_fraction(
    *, effective: date, start: date, end: date, months: int, anchor: int
) -> DayFraction:
    """Measure what is left of the period [start, end) from a change or a cancellation on.

    On the first day, or before it (a late report), that is the whole period; on `end` it is zero
    days, so that a change on the renewal day costs nothing.

    Raises: PeriodError `day_outside_period` if `effective` is after `end`; else as `fraction`.
    """
    return fraction(
        start=max(effective, start), end=end, months=months, anchor=anchor, period_start=start
    )


def next_statement(day: date, *, statement_day: int) -> date:
    """Find the first statement date on or after `day`.

    `statement_day` is 1 to 31, clamped to the last day of a short month, or 0 for every day.

    Raises: PeriodError `anchor_invalid`, `date_out_of_range`.
    """
    if statement_day == 0:
        _require_day(day)
        return day
    candidate = boundary(day, months=0, anchor=statement_day)
    return candidate if candidate >= day else boundary(day, months=1, anchor=statement_day)


def due_date(issued: date, *, due_days: int) -> date:
    """Give the last day to pay; the day of issue counts as the first of `due_days` (1 or more).

    Raises: PeriodError `due_days_invalid`.
    """
    _require_day(issued)
    # A span beyond the calendar would end in an OverflowError instead of a refusal.
    if not 1 <= due_days <= (date.max - issued).days:
        raise PeriodError(
            "due_days_invalid",
            "{due_days} is not a number of days to pay in.",
            next_step="Give 1 for the day of issue, 30 for thirty days.",
            due_days=due_days,
        )
    return issued + timedelta(days=due_days - 1)


def _require_day(value: object) -> None:
    # datetime is a subclass of date, and its time of day would slip into every comparison.
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"a day is a date, not {type(value).__name__}")


def _require_months(months: int) -> None:
    if not 1 <= months <= PERIOD_MONTHS_MAX:
        raise PeriodError(
            "period_months_invalid",
            "A period cannot last {months} months.",
            next_step="Give a number from 1 to {most}.",
            months=months,
            most=PERIOD_MONTHS_MAX,
        )


def _empty(*, start: date, end: date) -> PeriodError:
    return PeriodError(
        "period_empty",
        "The time from {start} up to {end} has no day.",
        next_step="Give an end after the start.",
        start=start,
        end=end,
    )


def _outside(*, day: date, start: date, end: date | None) -> PeriodError:
    if end is None:
        return PeriodError(
            "day_outside_period",
            "{day} is not inside the time from {start} on.",
            next_step="Give a later day.",
            day=day,
            start=start,
        )
    return PeriodError(
        "day_outside_period",
        "{day} is not inside the period from {start} up to {end}.",
        next_step="Give a day inside it.",
        day=day,
        start=start,
        end=end,
    )
