"""Operations at vendors of every kind, and browsers of the people who look at them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
)
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, FollowUpKind, Purpose
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import (
    Connector,
    FollowUp,
    Operation,
    ServiceInstance,
    VendorCall,
)
from entrepot.domain.provisioning.results import Wanted
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import shop
from tests.support.clients import signed_in
from tests.support.people import SETUP, Cast

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Cleo's order by hand, a change that its vendor refused, one that waits for its next try, and a follow-up."""

    people: Cast
    subscription: int
    order: int
    by_hand: int
    parked: int
    waiting: int
    follow_up: int


def operations() -> World:
    """Make one operation of each kind; nobody calls a vendor."""
    store = shop()
    subscription = Subscription.objects.get(pk=store.subscribe("5"))
    desk = add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    mail = Connector.objects.create(
        name="mail", kind=ConnectorKind.SIGNED_HTTP, base_url="https://mail.example", created_at=NOW
    ).id
    line = Line(store.period, {store.seat: Decimal(5)}, {"domain": "cleo.example"})
    cart = Cart(store.people.cleo.account_id, [line])
    amount = estimate_order(cart, now=NOW).total.first
    order = place_order(cart, request_key="k", confirmed=amount, actor=SETUP, now=NOW)[0]
    parked = asked(
        subscription, mail, "parked", {"domain": "cleo.invalid", "admin_password": "hunter2"}
    )
    Operation.objects.filter(pk=parked).update(
        state=State.PARKED, due_at=None, error_class="rejected", error="The domain does not exist."
    )
    VendorCall.objects.create(
        tenant_id=subscription.tenant_id,
        operation_id=parked,
        at=NOW,
        purpose=Purpose.SEND,
        key="k",
        outcome="refused",
        text="The domain does not exist.",
        milliseconds=120,
    )
    waiting = asked(subscription, mail, "waiting", {})
    Operation.objects.filter(pk=waiting).update(
        state=State.RETRYING, due_at=NOW + timedelta(hours=1), error_class="unreachable", attempts=3
    )
    follow_up = FollowUp.objects.create(
        kind=FollowUpKind.DELIVERED_AFTER_CANCEL,
        connector_id=mail,
        operation_id=waiting,
        text="The vendor carried out an operation that had been cancelled.",
        opened_at=NOW,
    ).id
    by_hand = asked(subscription, desk, "by hand", {})
    return World(store.people, subscription.id, order, by_hand, parked, waiting, follow_up)


def asked(
    subscription: Subscription, connector: int, cause: str, parameters: dict[str, str]
) -> int:
    """Ask for a service of the subscription; return the operation."""
    tenant = subscription.tenant_id
    instance = open_instance(
        tenant_id=tenant, connector_id=connector, subscription_id=subscription.id, now=NOW
    )
    ServiceInstance.objects.filter(pk=instance).update(vendor_id=f"V-{cause}")
    wanted = Wanted({"sku": "MAIL"}, Decimal(5), parameters)
    request = Request(tenant, instance, Action.CREATE, cause, wanted)
    return request_operation(request=request, actor=SETUP, now=NOW)


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled and the menu complete."""
    compile_all()
    has_address.cache_clear()


@pytest.fixture(autouse=True)
def own_counters(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep counters, files and the language to this test; all requests happen on 10 March 2026."""
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "provisioning"}}
    cache.clear()
    yield
    translation.deactivate()


@pytest.fixture
def world(db: None) -> World:
    """The shop with operations of every kind."""
    return operations()


@pytest.fixture
def at(db: None) -> Callable[..., Client]:
    """Open a browser and sign a person in."""
    return signed_in
