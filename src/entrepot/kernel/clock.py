"""The clock: only entry points hold one; all below them gets instants and days as arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        ...

    def today(self, zone: tzinfo) -> date:
        """Give the present calendar day in a time zone."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self, zone: tzinfo) -> date:
        """Give the present calendar day in a time zone."""
        return self.now().astimezone(zone).date()


class FixedClock:
    """A clock that stands still until it is moved, for tests, stories and rehearsals.

    Raises: ValueError for an instant without a time zone.
    """

    def __init__(self, instant: datetime) -> None:
        self._instant = _utc(instant)

    def now(self) -> datetime:
        """Give the instant it stands at, aware, in UTC."""
        return self._instant

    def today(self, zone: tzinfo) -> date:
        """Give the calendar day in a time zone of the instant it stands at."""
        return self._instant.astimezone(zone).date()

    def move_to(self, instant: datetime) -> None:
        """Set it to another aware instant, earlier or later."""
        self._instant = _utc(instant)

    def advance(self, span: timedelta) -> None:
        """Move it on by a span; a negative one moves it back."""
        self._instant += span


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)
