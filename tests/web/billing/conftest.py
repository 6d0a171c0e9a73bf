"""The generated world after two billed months, with faults planted, and browsers of the provider's people."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, Hub, User
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.flows import wiring
from entrepot.flows.daily_billing import run_day
from entrepot.flows.rehearsal import note_fingerprint
from entrepot.infra.tasks import queue
from entrepot.kernel.clock import FixedClock
from entrepot.ops.bench.world import make_world
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.support.people import PASSWORD, brand, user

PROVIDER, RESELLER = 1, 2
FIRST = date(2026, 6, 1)
DAY = date(2026, 7, 1)
NEXT = date(2026, 7, 2)
NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


def sql(text: str, *values: object) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall() if cursor.description else []


def work() -> None:
    """Do what a worker process does, until no job is left."""
    try:
        queue.run_worker(until_idle=True)
    finally:
        asyncio.set_event_loop(None)


def bill(day: date) -> None:
    """Bill a day as the job does, without its proof."""
    run = run_day(day=day, now=NOW, allow_missed=True, actor_name="Hanna Harbor")
    note_fingerprint(run_id=run.run_id)


@pytest.fixture(scope="session", autouse=True)
def connected() -> None:
    """Have the translations compiled and the tasks known."""
    compile_all()
    wiring.connect()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Path) -> None:
    """Keep the counters of attempts in this process and empty; have a directory of static files."""
    settings.STATIC_ROOT = tmp_path
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "billing",
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
def world(transactional_db: None) -> None:
    """Two hundred subscriptions, all due on the first day; nothing is billed yet."""
    make_world(subscriptions=200, due_percent=100, day=FIRST)
    Hub.objects.get_or_create(provider=Account.objects.get(pk=PROVIDER))
    brand(PROVIDER, "bench", "BEN")


@pytest.fixture
def billed(world: None) -> None:
    """The first month is billed."""
    bill(FIRST)


@pytest.fixture
def aside(billed: None) -> "Aside":
    """The second month is billed, but one plan lost its price and one customer's tax zone is unknown."""
    ((plan,),) = sql(
        "SELECT sub.plan_id FROM subscription AS sub JOIN sub_billing AS b ON b.subscription_id = sub.id "
        "WHERE b.due_on = %s AND b.term_end > b.period_end GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
        DAY,
    )
    sql(
        "UPDATE agreed_price SET valid_to = %s WHERE tier = 1 AND kind = 'recurring' AND item_id IN "
        "(SELECT item.id FROM subscription_item AS item JOIN subscription AS sub ON sub.id = item.subscription_id "
        "WHERE sub.plan_id = %s)",
        FIRST,
        plan,
    )
    ((customer,),) = sql(
        "SELECT customer_id FROM subscription WHERE plan_id <> %s GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
        plan,
    )
    sql("UPDATE billing_account SET buyer_zone_id = NULL WHERE buyer_id = %s", customer)
    bill(DAY)
    counts = dict(sql("SELECT reason::text, count(*) FROM quarantine GROUP BY 1"))
    return Aside(plan, customer, no_price=counts["no_price"], no_zone=counts["no_tax_zone"])


@dataclass(frozen=True)
class Aside:
    """What is not billed, and how to repair it."""

    plan: int
    customer: int
    no_price: int
    no_zone: int

    @property
    def all(self) -> int:
        return self.no_price + self.no_zone

    def repair_prices(self) -> None:
        """Let the prices of the plan hold again."""
        sql("UPDATE agreed_price SET valid_to = NULL WHERE valid_to = %s", FIRST)

    def repair_zones(self) -> None:
        """Give the customer its tax zone back."""
        sql("UPDATE billing_account SET buyer_zone_id = 1 WHERE buyer_zone_id IS NULL")


@pytest.fixture
def sign_in(world: None, clock: FixedClock) -> Callable[..., Client]:
    """Make a person for an account and open a browser in which the person is signed in."""

    def browser(
        account_id: int = PROVIDER, *, role: RoleCode = RoleCode.BILLING, language: str = "en"
    ) -> Client:
        login = f"person.{account_id}.{role.value}.{language}"
        number = user(account_id, login, "Hanna Harbor", role=role)
        User.objects.filter(pk=number).update(language=language)
        client = Client(SERVER_NAME="bench.localhost")
        answer = client.post("/sign-in/", {"login": login, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return browser


@pytest.fixture
def hanna(sign_in: Callable[..., Client]) -> Client:
    """The browser of a person of the provider who bills."""
    return sign_in()


@pytest.fixture
def viewer(world: None) -> Viewer:
    """A person of the provider who bills, for queries."""
    number = user(PROVIDER, "query.person", "Quinn", role=RoleCode.BILLING)
    return build_viewer(user_id=number, account_id=PROVIDER, now=NOW)
