"""Who sees which orders, and which of their amounts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.ordering import frequent, queries
from entrepot.domain.ordering.buyers import rename_buyer
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import Code, Shown
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.queries import (
    BuyerType,
    OrderFilter,
    ViewCount,
    list_orders,
    order_of,
    tab_counts,
    timeline,
)
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.flows.orders import estimate_order, place_order
from tests.domain.resale.shop import Shop, shop
from tests.support.people import SETUP, Person

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def store(db) -> Shop:
    return shop()


def _viewer(person: Person) -> Viewer:
    return build_viewer(user_id=person.user_id, account_id=person.account_id, now=NOW)


def _place(store: Shop, *quantities: str) -> list[int]:
    lines = [Line(store.period, {store.seat: Decimal(q)}) for q in quantities]
    cart = Cart(store.people.cleo.account_id, lines)
    amount = estimate_order(cart, now=NOW).total.first
    return place_order(cart, request_key="one", confirmed=amount, actor=SETUP, now=NOW)


def _ids(viewer: Viewer, **wanted: Any) -> list[int]:
    page = list_orders(viewer, wanted=OrderFilter(**wanted), limit=50)
    return [row.id for row in page.rows]


def test_everybody_above_sees_an_order_and_nobody_beside(store):
    orders = _place(store, "5", "1")
    people = store.people
    for person in (people.harbor, people.ria, people.sven, people.cleo):
        assert _ids(_viewer(person)) == orders[::-1], person.name
    assert _ids(_viewer(people.rex)) == []
    with pytest.raises(NoSuchObject):
        order_of(_viewer(people.rex), order_id=orders[0])
    with pytest.raises(NoSuchObject):
        timeline(_viewer(people.rex), order_id=orders[0])


def test_only_the_two_parties_of_the_sale_see_its_amounts(store):
    (order,) = _place(store, "5")
    people = store.people
    seen = {
        person.name: order_of(_viewer(person), order_id=order).first_amount
        for person in (people.harbor, people.ria, people.sven, people.cleo)
    }
    assert list(seen.values()) == [None, None, Decimal(75), Decimal(75)]


def test_a_list_is_narrowed_by_side_state_and_text(store):
    first, second = _place(store, "5", "1")
    sven = _viewer(store.people.sven)
    assert _ids(sven, side=Side.SOLD) == [second, first]
    assert _ids(sven, side=Side.BOUGHT) == []
    assert _ids(sven, shown=Shown.COMPLETED) == [second, first]
    assert _ids(sven, shown=Shown.ERROR) == []
    assert _ids(sven, text="so000002") == [second]
    assert _ids(sven, text=f"ORD-{first}") == [first]
    assert _ids(sven, text="CLEO") == [second, first]
    assert _ids(sven, text="nobody") == []


@pytest.mark.parametrize("shown", [None, Shown.PROCESSING])
def test_pages_follow_each_other_both_ways_without_gaps(store, shown):
    orders = _place(store, "1", "2", "3", "4", "5")
    # Of one view, and of two codes by turns.
    for place, number in enumerate(orders):
        Order.objects.filter(pk=number).update(code=("PD", "PR")[place % 2])
    harbor, wanted = _viewer(store.people.harbor), OrderFilter(shown=shown)
    pages = [list_orders(harbor, wanted=wanted, limit=2)]
    while pages[-1].before is not None:
        pages.append(list_orders(harbor, wanted=wanted, limit=2, before=pages[-1].before))
    assert [[row.id for row in page.rows] for page in pages] == [
        orders[:2:-1],
        orders[2:0:-1],
        orders[:1],
    ]
    assert pages[0].after is None
    back = list_orders(harbor, wanted=wanted, limit=2, after=pages[2].after)
    assert (back.rows, back.after, back.before) == (
        pages[1].rows,
        pages[1].after,
        pages[1].before,
    )
    first = list_orders(harbor, wanted=wanted, limit=2, after=back.after)
    assert (first.rows, first.after) == (pages[0].rows, None)


def test_filters_narrow_a_list_together(store):
    first, second = _place(store, "5", "1")
    Order.objects.filter(pk=first).update(code="PF", is_own=True)
    harbor = _viewer(store.people.harbor)
    assert _ids(harbor, code=Code.PROVISIONING_FAILED) == [first]
    assert _ids(harbor, code=Code.PROVISIONING_FAILED, shown=Shown.COMPLETED) == []
    assert _ids(harbor, buyer=BuyerType.RESELLER) == [first]
    assert _ids(harbor, buyer=BuyerType.CUSTOMER) == [second]
    assert _ids(harbor, buyer=BuyerType.OWN) == []
    assert _ids(_viewer(store.people.cleo), buyer=BuyerType.OWN) == [second, first]
    assert _ids(harbor, kind=OrderKind.SALES, text="cleo", shown=Shown.ERROR) == [first]
    assert _ids(harbor, text="2") == _ids(harbor, text="SO000002")
    assert _ids(harbor, text="cleo\0\0") == [second, first]


@pytest.mark.parametrize("customers_max", [0, 1])
def test_a_text_that_finds_too_much_is_looked_for_by_customer_or_in_the_list(
    store, monkeypatch, customers_max
):
    orders = _place(store, "1", "2", "3", "4", "5")
    Order.objects.filter(pk=orders[1]).update(code="PF", is_own=True)
    monkeypatch.setattr(queries, "FOUND_MAX", 2)
    monkeypatch.setattr(frequent, "CUSTOMERS_MAX", customers_max)
    harbor, sven, cleo = (
        _viewer(person) for person in (store.people.harbor, store.people.sven, store.people.cleo)
    )
    assert _ids(harbor, text="cle") == orders[::-1]
    assert _ids(harbor, text="so000001") == orders[:1]
    assert _ids(harbor, text="cleo", code=Code.PROVISIONING_FAILED) == orders[1:2]
    assert _ids(harbor, text="cleo", buyer=BuyerType.RESELLER) == orders[1:2]
    assert _ids(harbor, text="cleo", buyer=BuyerType.OWN) == []
    assert _ids(harbor, text="cleo", kind=OrderKind.CHANGE) == []
    assert _ids(harbor, text="cleo", customer_id=store.people.carl.account_id) == []
    assert _ids(sven, text="cleo", side=Side.SOLD, shown=Shown.COMPLETED) == [
        *orders[:1:-1],
        orders[0],
    ]
    assert _ids(sven, text="cleo", side=Side.BOUGHT) == []
    assert _ids(cleo, text="cleo", side=Side.BOUGHT, buyer=BuyerType.OWN) == orders[::-1]
    assert _ids(_viewer(store.people.rex), text="cleo") == []

    wanted = OrderFilter(text="cleo")
    first = list_orders(harbor, wanted=wanted, limit=2)
    second = list_orders(harbor, wanted=wanted, limit=2, before=first.before)
    last = list_orders(harbor, wanted=wanted, limit=2, before=second.before)
    pages = [[row.id for row in page.rows] for page in (first, second, last)]
    assert (pages, last.before) == ([orders[:2:-1], orders[2:0:-1], orders[:1]], None)
    back = list_orders(harbor, wanted=wanted, limit=2, after=last.after)
    assert (back.rows, back.after) == (second.rows, second.after)

    # A name that begins like the number of an order: both are found.
    rename_buyer(customer_id=store.people.cleo.account_id, name="SO000001 Ltd")
    Account.objects.filter(pk=store.people.cleo.account_id).update(
        name="SO000001 Ltd", name_key="so000001 ltd"
    )
    assert _ids(harbor, text="SO000001") == orders[::-1]


def test_views_are_counted_in_one_statement_up_to_their_bound(
    store, monkeypatch, django_assert_num_queries
):
    orders = _place(store, "1", "2", "3")
    Order.objects.filter(pk=orders[0]).update(code="PF")
    sven = _viewer(store.people.sven)
    with django_assert_num_queries(1):
        counts = tab_counts(sven, side=Side.SOLD)
    assert {view: count.rows for view, count in counts.items() if count.rows} == {
        Shown.ERROR: 1,
        Shown.COMPLETED: 2,
        None: 3,
    }
    assert not any(count.rows for count in tab_counts(sven, side=Side.BOUGHT).values())
    assert tab_counts(_viewer(store.people.rex), side=Side.BOTH)[None].rows == 0
    monkeypatch.setattr(queries, "COUNT_MAX", 1)
    assert tab_counts(sven, side=Side.SOLD)[Shown.COMPLETED] == ViewCount(1, True)


def test_the_timeline_tells_each_step(store):
    (order,) = _place(store, "5")
    steps = timeline(_viewer(store.people.sven), order_id=order)
    assert [(step.before, step.after) for step in steps] == [
        (None, Code.OPENED),
        (Code.OPENED, Code.PAYMENT_DONE),
        (Code.PAYMENT_DONE, Code.COMPLETED),
    ]
    assert {step.actor for step in steps} == {"setup", "provisioning"}
