"""Who sees which orders, and which of their amounts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.lifecycle import Code, Shown
from entrepot.domain.ordering.queries import OrderFilter, list_orders, order_of, timeline
from entrepot.domain.parties.errors import NoSuchObject
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


def test_pages_follow_each_other_without_gaps(store):
    orders = _place(store, "1", "2", "3")
    harbor = _viewer(store.people.harbor)
    page = list_orders(harbor, wanted=OrderFilter(), limit=2)
    rest = list_orders(harbor, wanted=OrderFilter(), limit=2, before=page.before)
    assert [row.id for row in (*page.rows, *rest.rows)] == orders[::-1]
    assert rest.before is None


def test_the_timeline_tells_each_step(store):
    (order,) = _place(store, "5")
    steps = timeline(_viewer(store.people.sven), order_id=order)
    assert [(step.before, step.after) for step in steps] == [
        (None, Code.OPENED),
        (Code.OPENED, Code.PAYMENT_DONE),
        (Code.PAYMENT_DONE, Code.COMPLETED),
    ]
    assert {step.actor for step in steps} == {"setup", "provisioning"}
