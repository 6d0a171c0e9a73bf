"""Browsers of people who work for the companies of the story."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from entrepot.domain.billing.models import Invoice
from entrepot.domain.parties.kinds import RoleCode
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import PASSWORD, user
from tests.web.invoices.story import CLEO, HARBOR, RIA, tell_story

NOW = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)
HOSTS = {
    HARBOR: "seller-1.localhost",
    RIA: "seller-1.localhost",
    CLEO: "seller-2.localhost",
}


@dataclass(frozen=True)
class Story:
    """Cleo's invoice of December and the ways in."""

    invoice: Invoice
    browser: Callable[[int], Client]

    @property
    def page(self) -> str:
        """Return the address of the invoice in the customer's panel."""
        return f"/customer/invoices/{self.invoice.id}/"

    @property
    def cleo(self) -> Client:
        return self.browser(CLEO)

    @property
    def ria(self) -> Client:
        return self.browser(RIA)

    @property
    def harbor(self) -> Client:
        return self.browser(HARBOR)


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Path) -> None:
    """Keep the counters of attempts in this process and empty; have a directory of static files."""
    settings.STATIC_ROOT = tmp_path
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "invoices",
        }
    }
    cache.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """The time of all requests."""
    fixed = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", fixed)
    return fixed


@pytest.fixture
def sign_in(db: None, clock: FixedClock) -> Callable[..., Client]:
    """Make a person for an account and open a browser in which the person is signed in."""
    known: dict[tuple[int, RoleCode], Client] = {}

    def browser(account_id: int, role: RoleCode = RoleCode.ADMINISTRATOR) -> Client:
        if (account_id, role) not in known:
            login = f"person.{account_id}.{role.value}"
            user(account_id, login, "Jana Petersen", role=role)
            client = Client(SERVER_NAME=HOSTS[account_id])
            answer = client.post("/sign-in/", {"login": login, "password": PASSWORD})
            assert answer.status_code == 302, answer.content.decode()
            known[account_id, role] = client
        return known[account_id, role]

    return browser


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """Bill the world of the picture once for a file of tests, which then roll back what they add.

    Such a file marks its tests with `django_db`, never with `transaction=True`: those empty the tables.
    """
    with django_db_blocker.unblock():
        invoice = tell_story()
    yield invoice.id
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        connection.close()


@pytest.fixture
def story(told: int, sign_in: Callable[..., Client]) -> Story:
    """Return the billed world of the picture."""
    return Story(Invoice.objects.get(pk=told), sign_in)


@pytest.fixture
def live_story(transactional_db: None, sign_in: Callable[..., Client]) -> Story:
    """Return a world of the picture that a server in another thread sees."""
    return Story(tell_story(), sign_in)
