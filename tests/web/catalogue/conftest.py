"""The provider's people and files of price lists."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import PASSWORD, Cast, cast, user

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
JANUARY = DATA / "nce-price-list-2026-01.csv"
JULY = DATA / "nce-price-list-2026-07.csv"
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def translated() -> None:
    """Have the translations compiled and the menu complete."""
    compile_all()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def own_places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep uploads, static files and counters of attempts to this test; let requests come in June."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "catalogue"}}
    cache.clear()
    return tmp_path


@pytest.fixture
def people(transactional_db: None) -> Cast:
    """Everybody."""
    return cast()


@pytest.fixture
def sign_in(people: Cast) -> Callable[..., Client]:
    """Make a person for an account and open a browser in which the person is signed in."""

    def browser(
        account_id: int | None = None, *, role: RoleCode = RoleCode.BILLING, language: str = "en"
    ) -> Client:
        account = account_id or people.harbor.account_id
        login = f"person.{account}.{role.value}.{language}"
        number = user(account, login, "Hanna Harbor", role=role)
        User.objects.filter(pk=number).update(language=language)
        client = Client(SERVER_NAME="harbor.localhost")
        answer = client.post("/sign-in/", {"login": login, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return browser


@pytest.fixture
def hanna(sign_in: Callable[..., Client]) -> Client:
    """The browser of a person of the provider who bills."""
    return sign_in()
