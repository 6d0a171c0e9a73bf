"""Fixtures of the home pages: a generated world that was billed, and people at work in it."""

from datetime import date

import pytest

from entrepot.config.messages import compile_all
from entrepot.flows.daily_billing import run_day
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import Cast, cast
from tests.web.home.world import APRIL, NOW, billed_world


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled."""
    compile_all()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> FixedClock:
    """The time of all requests: the morning after the billed day."""
    fixed = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", fixed)
    settings.STATIC_ROOT = tmp_path
    return fixed


@pytest.fixture
def world(db: None) -> None:
    """A world of 200 subscriptions, billed once."""
    billed_world(subscriptions=200)


@pytest.fixture
def two_months(transactional_db: None) -> None:
    """The same world, billed in April too; two runs need two transactions."""
    billed_world(subscriptions=200)
    run_day(day=date(2026, 4, 15), now=APRIL, allow_missed=True)


@pytest.fixture
def people(db: None) -> Cast:
    """Everybody, in a database of this test."""
    return cast()
