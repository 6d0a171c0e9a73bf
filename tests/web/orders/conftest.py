"""A shop whose vendor is served by hand, orders in every state, and browsers of its people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from entrepot.config.messages import compile_all
from entrepot.domain.catalog.models import Plan
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.resale.models import BillingAccount
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import Shop, shop
from tests.support.clients import signed_in
from tests.support.people import SETUP

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Store:
    """The shop with an order of Cleo's that is completed, one that waits for payment, and one that failed."""

    shop: Shop
    completed: int
    waiting: int
    failed: int

    def order(self, key: str = "more") -> int:
        """Order five seats for Cleo."""
        return place(self.shop, key)


def place(
    store: Shop, key: str, *, buyer: int | None = None, actor: Actor = SETUP, **parameters: Any
) -> int:
    """Order five seats, for Cleo if nobody is named: 5 x 15.00 = 75.00."""
    line = Line(store.period, {store.seat: Decimal(5)}, parameters)
    cart = Cart(buyer or store.people.cleo.account_id, [line], purchase_order="PO 77")
    amount = estimate_order(cart, now=NOW).total.first
    return place_order(cart, request_key=key, confirmed=amount, actor=actor, now=NOW)[0]


def orders() -> Store:
    """Place the three orders; without a limit, beyond one, and with a vendor that cannot do it."""
    own = shop()
    completed = place(own, "completed")
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=own.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    failed = place(own, "failed", domain="cleo.invalid", seats=5, trial=False)
    operation = Order.objects.get(pk=failed).operation_id
    assert operation is not None
    mark_failed(operation_id=operation, comment="no such domain", actor=SETUP, now=NOW)
    account = own.account_of(own.people.cleo.account_id)
    BillingAccount.objects.filter(pk=account.pk).update(credit_limit=Decimal(10))
    return Store(own, completed, place(own, "waiting"), failed)


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled."""
    compile_all()


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep counters, files and the language to this test; all requests happen on 10 March 2026."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "orders"}}
    cache.clear()
    yield
    translation.deactivate()


@pytest.fixture
def store(db: None) -> Store:
    """The shop with its orders."""
    return orders()


@pytest.fixture
def at(store: Store) -> Callable[..., Client]:
    """Open a browser and sign a person in."""
    return signed_in
