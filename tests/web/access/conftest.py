"""Browsers at the brands' addresses, a clock that stands still, counters of attempts of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import NOW, PASSWORD, Cast, Person, cast


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled."""
    compile_all()


@pytest.fixture
def people(db: None) -> Cast:
    """Everybody, in a database of this test."""
    return cast()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """The time of all requests."""
    fixed = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", fixed)
    return fixed


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Path) -> None:
    """Keep the counters of attempts in this process and empty; have a directory of static files."""
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "access",
        }
    }
    cache.clear()


@pytest.fixture
def at(people: Cast, clock: FixedClock) -> Callable[[str], Client]:
    """Open a browser at a brand's address: `at("sven")`."""

    def browser(word: str, **extra: Any) -> Client:
        return Client(SERVER_NAME=f"{word}.localhost", **extra)

    return browser


@pytest.fixture
def signed_in(at: Callable[[str], Client]) -> Callable[[Person], Client]:
    """Open a browser and sign a person in by the form."""

    def browser(person: Person, **extra: Any) -> Client:
        client = at(person.host.split(".")[0], **extra)
        answer = sign_in(client, person.login)
        assert answer.status_code == 302, answer.content.decode()
        return client

    return browser


def sign_in(client: Client, login: str, password: str = PASSWORD, **extra: Any) -> Any:
    """Send the sign-in form."""
    return client.post("/sign-in/", {"login": login, "password": password}, **extra)


@pytest.fixture
def outbox() -> list[Any]:
    """The mails of this test."""
    mail.outbox = []
    return mail.outbox
