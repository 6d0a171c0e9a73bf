"""One world for the tests of the proof: two tiers, a change, a refund, usage, a quarantine, a hold.

It is billed once; every test then changes it inside a transaction that is rolled back.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.reference.engine import bill_with_engine
from tests.reference.load import empty_tables
from tests.reference.simple import account_terms, simple_world
from tests.reference.world import (
    Cancel,
    CatalogPrice,
    ImportUsage,
    Item,
    MarginRule,
    OrderChange,
    Pay,
    Plan,
    PlanPeriod,
    SellerPrice,
    Subscription,
    World,
)

FIRST, LAST = date(2026, 3, 1), date(2026, 4, 5)
CHANGED, RENEWED, CANCELLED, METERED_BY_USE, QUARANTINED = 1, 2, 3, 4, 5


def _subscription(key: int, *, period: int = 1, quantity: str = "3") -> Subscription:
    item = Item(key, 1, Decimal(quantity))
    return Subscription(key=key, chain=1, period=period, start=FIRST, anchor=1, items=(item,))


def make_world() -> World:
    """Return the world before its first day."""
    world = simple_world(
        start=FIRST,
        days=(LAST - FIRST).days + 1,
        prices={"recurring": "9.99", "setup": "5"},
        quantity="5",
        tax_ppm=190_000,
        discount_ppm=100_000,
        reseller=True,
    )
    used = CatalogPrice(90, 2, 1, "usage", "EUR", Decimal(1), Decimal(1), date(2020, 1, 1))
    factor = SellerPrice(90, 2, 2, 1, "usage", "EUR", Decimal(1), date(2020, 1, 1))
    march = (date(2026, 3, 1), date(2026, 3, 14))
    # Tier 1: round(10.004) - 0 = 10.00; tier 2: round(12.505) - 0 = 12.51.
    amounts = ((Decimal(0), Decimal("10.004")), (Decimal(0), Decimal("12.505")))
    acts = (
        OrderChange(date(2026, 3, 11), 1, CHANGED, 1, date(2026, 3, 11), Decimal(7)),
        ImportUsage(date(2026, 3, 15), 1, METERED_BY_USE, 4, "sku", *march, Decimal(2), amounts),
        Cancel(date(2026, 3, 18), CANCELLED, date(2026, 3, 20), refund=True),
        Pay(date(2026, 4, 2), 2, Decimal("1000.00")),
    )
    world = replace(
        world,
        plans=(*world.plans, Plan(2, is_usage=True), Plan(3)),
        periods=(*world.periods, PlanPeriod(2, 2, 12, 1), PlanPeriod(3, 3, 12, 1)),
        subs=(
            *world.subs,
            _subscription(RENEWED),
            _subscription(CANCELLED, quantity="4"),
            _subscription(METERED_BY_USE, period=2, quantity="1"),
            _subscription(QUARANTINED, period=3),
        ),
        catalog=(*world.catalog, used),
        seller_prices=(*world.seller_prices, factor),
        margins=(*world.margins, MarginRule(90, 1, "cost", 0, date(2020, 1, 2), plan=2)),
        actions=acts,
    )
    first, *others = account_terms(world, due_days=14).billing_accounts
    return replace(world, billing_accounts=(replace(first, due_days=14), *others))


@pytest.fixture(scope="module")
def billed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Bill the world up to 5 April 2026; afterwards the database is empty again."""
    with django_db_blocker.unblock():
        bill_with_engine(make_world())
        connection.close()
    yield
    with django_db_blocker.unblock():
        empty_tables()
        connection.close()


def sql(statement: str) -> Any:
    """Run a statement as the owner of the tables; return the first value of what it returns, if anything."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None
