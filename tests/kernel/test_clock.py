"""The clocks: zones, and the one that tests move."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import time_machine

from entrepot.kernel.clock import Clock, FixedClock, SystemClock

BERLIN = ZoneInfo("Europe/Berlin")
# 23:30 UTC on 30 June is 01:30 on 1 July in Berlin (summer time, two hours ahead).
LATE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


def test_the_day_depends_on_the_zone():
    clock: Clock = FixedClock(LATE)

    assert clock.today(UTC) == date(2026, 6, 30)
    assert clock.today(BERLIN) == date(2026, 7, 1)


def test_an_instant_of_another_zone_is_told_in_utc():
    clock = FixedClock(datetime(2026, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))))

    assert clock.now() == LATE
    assert clock.now().tzinfo is UTC


def test_a_fixed_clock_stands_still_until_it_is_moved():
    clock = FixedClock(LATE)

    assert clock.now() == clock.now() == LATE
    clock.advance(timedelta(days=1))
    assert clock.now() == datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    clock.move_to(LATE)
    assert clock.now() == LATE


def test_an_instant_without_zone_is_a_bug():
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 6, 30, 23, 30))  # noqa: DTZ001 - the case under test


def test_the_system_clock_tells_utc_and_never_runs_backwards_over_a_reading():
    clock: Clock = SystemClock()

    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second < first + timedelta(minutes=1)


def test_the_system_clock_tells_the_day_of_the_zone():
    with time_machine.travel(LATE, tick=False):
        assert SystemClock().now() == LATE
        assert SystemClock().today(BERLIN) == date(2026, 7, 1)
