"""Fixtures of the marketplace: the shop of stories, a second plan, and people at work in their browsers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.domain.catalog.models import CatalogPrice, Plan, PlanResource, Resource
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import Shop, add_period, shop
from tests.support.clients import proved
from tests.support.people import Person, user

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled, and the menu complete."""
    compile_all()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """The time of all requests."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path


@dataclass(frozen=True)
class Mall:
    """The shop with a second plan that is billed a year ahead: 1.5 x 100 = 150 for Cleo, 120 for Sven."""

    shop: Shop
    year: int
    vault: int
    period: int

    def browser(
        self, person: Person, *, role: RoleCode | None = None, language: str = "en"
    ) -> Client:
        """Sign a person in, or a new one of the account with another role."""
        number = person.user_id
        if role is not None:
            number = user(person.account_id, f"{role.value}.{person.login}", "Pat", role=role)
        User.objects.filter(pk=number).update(language=language)
        client = Client(SERVER_NAME=person.host)
        client.force_login(User.objects.get(pk=number), backend=live.AUTHENTICATION_BACKENDS[0])
        return proved(client)


@pytest.fixture
def mall(db: None) -> Mall:
    """Build the world."""
    return build()


def build() -> Mall:
    """Open the shop and put a second plan beside its first."""
    store = shop()
    seat = Resource.objects.get(pk=store.seat)
    vault = Resource.objects.create(service=seat.service, code="vault", name="Vault")
    plan = Plan.objects.create(
        service=seat.service,
        tax_category_id=store.category,
        name="Vault Plus",
        product_code="VAULT",
        sku_code="0002",
    )
    PlanResource.objects.create(plan=plan, resource=vault)
    period = add_period(plan.id, vault.id, term_months=12, billing_months=12)
    CatalogPrice.objects.filter(plan_period_id=period).update(
        unit_cost=Decimal(100), retail_price=Decimal(150)
    )
    return Mall(store, plan.id, vault.id, period)


@pytest.fixture
def filled(mall: Mall) -> Callable[..., Client]:
    """Give Sven's browser with five seats and two vaults in the cart, for Cleo."""

    def fill(*, role: RoleCode | None = None) -> Client:
        client = mall.browser(mall.shop.people.sven, role=role)
        put(client, mall.shop.plan, mall.shop.period, mall.shop.seat, "5", mall)
        put(client, mall.year, mall.period, mall.vault, "2", mall)
        return client

    return fill


def put(client: Client, plan: int, period: int, unit: int, number: str, mall: Mall) -> None:
    """Put units of a plan into the cart of a reseller, for Cleo."""
    client.post(
        f"/reseller/marketplace/{plan}/add/",
        {
            "for": mall.shop.people.cleo.account_id,
            "period": period,
            f"units-{unit}": number,
        },
    )
