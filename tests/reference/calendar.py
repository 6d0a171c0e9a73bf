"""Dates by walking the calendar day by day; shares nothing with `entrepot.kernel.periods`."""

from datetime import date, timedelta

ONE = timedelta(days=1)


def is_grid_day(day: date, anchor: int) -> bool:
    """Whether `day` is the anchor's day in its month, or the last day of a shorter month."""
    if day.day == anchor:
        return True
    return day.day < anchor and (day + ONE).month != day.month


def grid_after(day: date, count: int, anchor: int) -> date:
    """Return the `count`-th grid day strictly after `day`."""
    while count:
        day += ONE
        count -= is_grid_day(day, anchor)
    return day


def grid_before(day: date, count: int, anchor: int) -> date:
    """Return the `count`-th grid day strictly before `day`."""
    while count:
        day -= ONE
        count -= is_grid_day(day, anchor)
    return day


def days_between(start: date, end: date) -> int:
    """Count the days of `[start, end)`."""
    count = 0
    while start < end:
        start += ONE
        count += 1
    return count


def natural_days(start: date, months: int, anchor: int) -> int:
    """Return the days of the full period to whose end a period that starts on `start` runs."""
    end = grid_after(start, months, anchor)
    return days_between(grid_before(end, months, anchor), end)


def statement_date(day: date, statement_day: int) -> date:
    """Return the first statement date on or after `day`; statement day 0 is every day."""
    if statement_day == 0 or is_grid_day(day, statement_day):
        return day
    return grid_after(day, 1, statement_day)


def covers(start: date, end: date | None, day: date) -> bool:
    """Whether `day` lies in `[start, end)`; no end is open."""
    return start <= day and (end is None or day < end)
