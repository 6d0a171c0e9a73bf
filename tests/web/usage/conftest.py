"""A pay-as-you-go plan in the shop, and browsers of the provider's people."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.domain.resale.commands import set_exchange_rate, set_margin_rule
from entrepot.domain.resale.models import MarginBasis
from entrepot.domain.usage.totals import StoreSettings
from entrepot.flows import wiring
from entrepot.flows.bill import bill
from entrepot.flows.usage_import import link_sub_account, load_usage
from entrepot.infra.tasks import queue
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import EPOCH, Shop, shop
from tests.domain.usage.support import line, write_file
from tests.support.people import NOW as MADE_AT
from tests.support.people import PASSWORD, SETUP, user

NOW = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
MAY = date(2026, 5, 1)


def work() -> None:
    """Do what a worker process does, until no job is left."""
    try:
        queue.run_worker(until_idle=True)
    finally:
        asyncio.set_event_loop(None)


@pytest.fixture(scope="session", autouse=True)
def connected() -> None:
    """Have the translations compiled and the tasks known."""
    compile_all()
    wiring.connect()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def own_places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep files and counters of attempts to this test; let requests come in June."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "usage"}}
    cache.clear()


@pytest.fixture
def store(transactional_db: None) -> Shop:
    """A pay-as-you-go plan with a margin of every seller; a dollar is 0.80 euro."""
    made = shop()
    Plan.objects.filter(pk=made.plan).update(is_usage=True)
    for seller, ppm in ((made.people.ria, 200_000), (made.people.sven, 0)):
        set_margin_rule(
            seller_id=seller.account_id,
            basis=MarginBasis.COST,
            percent_ppm=ppm,
            valid_from=date(2026, 2, 1),
            actor=SETUP,
            now=MADE_AT,
        )
    set_exchange_rate(
        from_currency="USD",
        to_currency="EUR",
        rate=Decimal("0.8"),
        on_date=EPOCH,
        source="ECB",
        actor=SETUP,
        now=MADE_AT,
    )
    return made


@pytest.fixture
def subscription(store: Shop) -> int:
    """A subscription to the plan since May."""
    number = store.subscribe("0", MAY)
    bill(now=MADE_AT, today=MAY, actor_name="test", until=MAY)
    return number


@pytest.fixture
def used(subscription: int, settings: Any, tmp_path: Path) -> int:
    """150 hours of VM-1 in May for 100 dollars: 88.00 by Harbor, 105.60 by Ria and by Sven."""
    store = StoreSettings(data_dir=settings.DATA, memory_limit_mb=64)
    path = write_file(tmp_path / "may.csv", [line(BilledCost="100", PricingQuantity="150")])
    made: dict[str, Any] = {
        "store": store,
        "actor": SETUP,
        "now": MADE_AT,
        "business_date": NOW.date(),
    }
    load_usage(path=path, **made)
    link_sub_account(
        provider_name="Stratus", sub_account_id="cleo", subscription_id=subscription, **made
    )
    return subscription


@pytest.fixture
def sign_in(store: Shop) -> Callable[..., Client]:
    """Make a person for an account and open a browser in which the person is signed in."""

    def browser(
        account_id: int | None = None, *, role: RoleCode = RoleCode.BILLING, language: str = "en"
    ) -> Client:
        account = account_id or store.people.harbor.account_id
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
