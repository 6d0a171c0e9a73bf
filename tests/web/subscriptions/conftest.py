"""A shop with empty shelves, and browsers of its people at the brands' addresses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import NOW, PASSWORD, Person
from tests.web.subscriptions.stock import Stock, stock


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled."""
    compile_all()


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Path) -> None:
    """Keep the counters of attempts in this process and empty; have a directory of static files."""
    settings.STATIC_ROOT = tmp_path
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "subscriptions",
        }
    }
    cache.clear()


@pytest.fixture
def store(db: None, monkeypatch: pytest.MonkeyPatch) -> Stock:
    """The shop; all requests happen on 2 March 2026."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    return stock()


@pytest.fixture
def at(store: Stock) -> Callable[[Person], Client]:
    """Open a browser and sign a person in."""

    def browser(person: Person) -> Client:
        client = Client(SERVER_NAME=person.host)
        answer = client.post("/sign-in/", {"login": person.login, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return browser
