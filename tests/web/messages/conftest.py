"""A shop with messages of every state, and browsers of its people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from entrepot.config.messages import compile_all
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.parties.events import PeopleInvited
from entrepot.flows.orders import estimate_order, place_order
from entrepot.kernel.clock import FixedClock
from entrepot.kernel.events import bus
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import Shop, shop
from tests.support.clients import signed_in
from tests.support.mailbox import send, tell
from tests.support.people import SETUP, Person, user

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """The shop, in which Cleo has ordered, and Carl of another branch got a link for one use."""

    shop: Shop


def order(own: Shop, key: str) -> None:
    """Order two seats for Cleo."""
    cart = Cart(own.people.cleo.account_id, [Line(own.period, {own.seat: Decimal(2)})])
    amount = estimate_order(cart, now=NOW).total.first
    place_order(cart, request_key=key, confirmed=amount, actor=SETUP, now=NOW)


@pytest.fixture(scope="session", autouse=True)
def german() -> None:
    """Have the translations compiled."""
    compile_all()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> FixedClock:
    """The time of all requests."""
    fixed = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", fixed)
    settings.STATIC_ROOT = tmp_path
    settings.MAIL_IS_SENT = True
    return fixed


@pytest.fixture
def world(db: None) -> World:
    """Have two messages to Cleo and one to Carl written and sent."""
    own = shop()
    order(own, "one")
    carl = own.people.carl
    fresh = user(carl.account_id, "nora.new", "Nora New", password=None)
    bus.publish(PeopleInvited(carl.account_id, own.people.rex.account_id, (fresh,), NOW))
    tell(now=NOW)
    send(now=NOW)
    return World(own)


@pytest.fixture
def at(world: World) -> Callable[[Person], Client]:
    """Open a browser of somebody."""
    return signed_in
