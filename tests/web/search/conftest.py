"""Fixtures of the search: a generated world that was billed, and people at work in it."""

import pytest

from entrepot.config.messages import compile_all
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import Cast, cast
from tests.web.home.world import NOW, billed_world


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
def people(db: None) -> Cast:
    """Everybody, in a database of this test."""
    return cast()
