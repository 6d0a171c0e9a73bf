"""Tiered and volume prices in figures: section 2.4 of the domain reference, docs/billing.md section 4."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection

from entrepot.domain.billing.models import Charge, Quarantine
from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.levels import PriceLevel
from entrepot.domain.resale.models import AgreedPrice
from entrepot.domain.subscriptions.commands import change_quantity
from entrepot.domain.subscriptions.models import SubscriptionItem
from tests.domain.resale.shop import START as FIRST
from tests.domain.resale.shop import shop
from tests.reference.leveled import leveled
from tests.reference.shape import Snapshot
from tests.reference.simple import SUB, days_from, simple_world
from tests.reference.world import OrderChange, World
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

START, CHANGED, NEXT = date(2026, 4, 1), date(2026, 4, 16), date(2026, 5, 1)
# The provider sells at three quarters of the retail price: 12, 9 and 6.
STEPS = (("0", "16"), ("10", "12"), ("20", "8"))
Bill = Callable[[World], Snapshot]


def world_of(model: str, quantity: str, then: str) -> World:
    """Return a world with a changed quantity in the middle of April, billed on three days."""
    days, missed = days_from(START, START, CHANGED, NEXT)
    world = simple_world(start=START, days=days, prices={}, quantity=quantity)
    change = OrderChange(CHANGED, 1, SUB, 1, CHANGED, Decimal(then))
    return replace(leveled(world, model, STEPS), actions=(change,), missed=missed)


def lines(result: Snapshot) -> list[tuple[str, date, int, Fraction, Fraction]]:
    """Return kind, first day, level, units and net of each charge, by day and level."""
    rows = [
        (row.kind, row.period_start, row.level, row.quantity, row.net)
        for row in result.charges.values()
    ]
    return sorted(rows, key=lambda row: (row[1], row[2]))


@pytest.mark.django_db(transaction=True)
def test_a_tiered_price_charges_each_units_at_its_own_level(bill: Bill) -> None:
    result = bill(world_of("tiered", "12", "25"))

    assert lines(result) == [
        # 10 x 12 = 120 and 2 x 9 = 18.
        ("recurring", START, 0, 10, 120),
        ("recurring", START, 1, 2, 18),
        # 15 of 30 days: the second level fills up by 8, 8 x 9 / 2 = 36; five reach the third, 5 x 6 / 2 = 15.
        ("change", CHANGED, 1, 8, 36),
        ("change", CHANGED, 2, 5, 15),
        # 120 + 10 x 9 + 5 x 6.
        ("recurring", NEXT, 0, 10, 120),
        ("recurring", NEXT, 1, 10, 90),
        ("recurring", NEXT, 2, 5, 30),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_volume_price_gives_the_old_units_back_and_charges_all_at_the_new_level(
    bill: Bill,
) -> None:
    result = bill(world_of("volume", "10", "25"))

    assert lines(result) == [
        # Ten units are the first level still: 10 x 12.
        ("recurring", START, 0, 10, 120),
        # 15 of 30 days: -10 x 12 / 2 = -60, 25 x 6 / 2 = 75.
        ("change", CHANGED, 0, -10, -60),
        ("change", CHANGED, 2, 25, 75),
        ("recurring", NEXT, 2, 25, 150),
    ]


@pytest.mark.django_db
def test_a_change_without_an_agreed_price_is_put_aside_and_changes_nothing() -> None:
    store = shop()
    number = store.subscribe("2")
    run_within(day=FIRST, now=NOW)
    item = SubscriptionItem.objects.get(subscription_id=number, resource_id=store.seat)
    AgreedPrice.objects.filter(item_id=item.id, tier=2, kind=PriceKind.RECURRING).delete()
    change_quantity(
        subscription_id=number,
        resource_id=store.seat,
        quantity=Decimal(3),
        effective_on=FIRST + timedelta(days=1),
        actor=SETUP,
        now=NOW,
    )

    run_within(day=FIRST + timedelta(days=1), now=NOW)

    aside = Quarantine.objects.get(subscription_id=number)
    assert (aside.reason, aside.detail["tier"]) == ("no_price", 2)
    assert SubscriptionItem.objects.get(pk=item.id).quantity == 2
    assert not Charge.objects.filter(subscription_id=number, kind="change").exists()


@pytest.mark.django_db
def test_python_and_the_database_count_the_units_of_a_level_alike() -> None:
    limits = [None, Decimal(0), Decimal("2.5"), Decimal(10)]
    cases = [
        (model, number, low, high, Decimal(units))
        for model in PriceModel
        for number, (low, high) in enumerate(
            (low, high)
            for low in limits[1:]
            for high in limits
            if low is not None and (high is None or high >= low)
        )
        for units in ("0", "0.5", "2.5", "2.500001", "9", "10", "10.5", "1000000")
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT units_at_level(one.model::price_model, one.low, one.high, one.units)"
            " FROM unnest(%s::text[], %s::numeric[], %s::numeric[], %s::numeric[])"
            " AS one (model, low, high, units)",
            [
                [str(c[0]) for c in cases],
                [c[2] for c in cases],
                [c[3] for c in cases],
                [c[4] for c in cases],
            ],
        )
        found = [row[0] for row in cursor.fetchall()]

    assert len(cases) > 150
    assert found == [
        PriceLevel(model, number, low, high).units_of(units)
        for model, number, low, high, units in cases
    ]
