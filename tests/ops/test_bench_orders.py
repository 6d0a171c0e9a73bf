"""The benchmark of orders in a small world: it places real orders, opens real lists and can object."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Hub
from entrepot.ops.bench import orders
from entrepot.ops.bench.orders import ListCost, OrderFigures, orders_table
from entrepot.ops.bench.people import PROVIDER, make_people
from entrepot.ops.bench.requests import Cost
from entrepot.ops.bench.world import make_world

COST = Cost("/a/", 7, 50, True, 15.0, 5.0, 20.0, 21.0)


@pytest.fixture
def world(db):
    make_world(subscriptions=400, due_percent=3, day=orders.DAY)
    Hub.objects.create(provider_id=PROVIDER)
    orders.run_file("19_plan_resources")


def test_orders_are_placed_and_completed_once(world):
    customers = list(
        Account.objects.filter(kind=AccountKind.CUSTOMER).values_list("id", flat=True)[:3]
    )
    assert orders._place_share(customers, "place-") > 0
    orders._place_share(customers, "place-")

    placed = Order.objects.filter(request_key__startswith="place-")
    assert sorted(placed.values_list("customer_id", "code")) == sorted(
        (customer, Code.COMPLETED.value) for customer in customers
    )


def test_lists_of_the_past_have_every_state_and_as_many_orders_as_asked_for(world):
    orders.run_file("20_orders", first=1, orders=1_000, subscriptions=400)
    people = make_people()
    names = [v.name for v in orders._visits(people.provider.browser(), lambda _text: None)]

    assert Order.objects.count() == 1_000
    assert set(Order.objects.values_list("code", flat=True)) == {"CP", "CL", "PF", "WP"}
    newest, oldest = Order.objects.order_by("-id")[0], Order.objects.order_by("id")[0]
    assert newest.placed_at - oldest.placed_at == timedelta(seconds=12 * 999)
    assert names[:2] == ["all, first", "all, deep"]


def test_slow_placing_and_lists_that_grow_with_orders_break_promises():
    fine = ListCost("all, first", COST, replace(COST, server=29.0))
    figures = OrderFigures(100, 100, 61.0, 9.0, 8.0, 39, 10_000, 10_000_000, (fine,))
    assert figures.broken == ()
    assert "61.0 a second" in orders_table(figures)

    grown = ListCost("all, deep", COST, replace(COST, server=51.0, queries=8))
    broken = replace(figures, completed=99, per_second=59.0, lists=(fine, grown))
    assert broken.broken == (
        "1 of 100 orders were not completed",
        "59 orders a second; promised are 60",
        "all, deep: 7 and 8 queries",
        "all, deep: 2.55 times as long among many orders",
        "all, deep: 51.0 ms of server time",
    )
