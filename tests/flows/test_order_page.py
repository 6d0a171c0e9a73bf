"""The page of an order: whose money it tells, what may be done with it, and who may do it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.catalog.models import CatalogPrice, Plan
from entrepot.domain.ordering.acts import Act
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.errors import OrderConflict, OrderInput, OrderNotPossible
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.roles import capabilities_of
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.errors import ProvisioningInput
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Operation
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.flows.order_acts import Wish, act_on_order
from entrepot.flows.order_page import OrderPage, order_page
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from tests.domain.resale.shop import Shop, shop
from tests.support.people import SETUP, Person

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def store(db) -> Shop:
    return shop()


def _viewer(person: Person) -> Viewer:
    return build_viewer(user_id=person.user_id, account_id=person.account_id, now=NOW)


def _order(store: Shop, **parameters: Any) -> int:
    line = Line(store.period, {store.seat: Decimal(5)}, parameters)
    cart = Cart(store.people.cleo.account_id, [line])
    amount = estimate_order(cart, now=NOW).total.first
    return place_order(cart, request_key="one", confirmed=amount, actor=SETUP, now=NOW)[0]


def _failed(store: Shop, **parameters: Any) -> int:
    """Order something that the people at the vendor's desk could not make."""
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    number = _order(store, **parameters)
    operation = Order.objects.get(pk=number).operation_id
    mark_failed(operation_id=operation, comment="no such domain", actor=SETUP, now=NOW)
    return number


def _waiting(store: Shop) -> int:
    account = store.account_of(store.people.cleo.account_id)
    BillingAccount.objects.filter(pk=account.pk).update(credit_limit=Decimal(10))
    return _order(store)


def _page(person: Person, number: int) -> OrderPage:
    return order_page(_viewer(person), order_id=number, now=NOW)


def _act(person: Person, number: int, act: Act, *, version: int | None = None, **facts: Any) -> Any:
    seen = _page(person, number).version if version is None else version
    wish = Wish(act, seen, **{"comment": "agreed by phone", **facts})
    viewer = _viewer(person)
    return act_on_order(viewer, order_id=number, wish=wish, actor=viewer.actor(), now=NOW)


def test_everybody_sees_price_cost_and_margin_of_the_own_sale_only(store):
    number, people = _order(store), store.people
    seen = {
        name: _page(people.all[name], number).money for name in ("harbor", "ria", "sven", "cleo")
    }
    # 5 seats: 11, 12 and 15 a seat; what one pays is the price of the sale above, 10 at the vendor.
    assert {
        name: (money.shown.first, money.cost and money.cost.first, money.is_seller)
        for name, money in seen.items()
        if money
    } == {
        "harbor": (Decimal(55), Decimal(50), True),
        "ria": (Decimal(60), Decimal(55), True),
        "sven": (Decimal(75), Decimal(60), True),
        "cleo": (Decimal(75), None, False),
    }
    assert [money.confirmed is not None for money in seen.values() if money] == [True] * 4
    # Orders of the time before amounts were kept are worked out; only the last sale's was stored.
    Order.objects.update(amounts=None)
    old = {
        name: _page(people.all[name], number).money for name in ("harbor", "ria", "sven", "cleo")
    }
    assert [
        (money.shown, money.cost, money.confirmed is not None) for money in old.values() if money
    ] == [
        (money.shown, money.cost, name in ("sven", "cleo")) for name, money in seen.items() if money
    ]
    with pytest.raises(NoSuchObject):
        _page(people.rex, number)


def test_people_without_the_privilege_see_no_money(store):
    number = _order(store)
    viewer = _viewer(store.people.sven)
    support = capabilities_of(kind=AccountKind.RESELLER, role=RoleCode.SUPPORT)
    page = order_page(replace(viewer, capabilities=support), order_id=number, now=NOW)
    assert page.money is None
    assert [(item.quantity, item.unit_price) for item in page.items if not item.is_measured] == [
        (Decimal(5), None)
    ]


def test_a_price_that_changes_before_the_delivery_is_told_beside_the_confirmed_one(store):
    number = _waiting(store)
    CatalogPrice.objects.update(retail_price=Decimal(16))
    money = _page(store.people.sven, number).money
    assert money is not None
    assert money.is_changed
    assert (money.confirmed, money.price) == (
        Bill(Decimal("75.00"), Decimal("75.00")),
        Bill(Decimal("80.00"), Decimal("80.00")),
    )


def test_what_may_be_done_depends_on_the_state_and_on_the_person(store):
    failed, people = _failed(store), store.people
    assert {
        name: _page(people.all[name], failed).acts for name in ("harbor", "ria", "sven", "cleo")
    } == {
        "harbor": {Act.CANCEL, Act.RESUBMIT, Act.COMPLETE, Act.FAIL},
        "ria": set(),
        "sven": {Act.CANCEL, Act.RESUBMIT},
        "cleo": {Act.CANCEL},
    }
    waiting = _waiting_too(store)
    assert {
        name: _page(people.all[name], waiting).acts for name in ("harbor", "ria", "sven", "cleo")
    } == {
        "harbor": {Act.ACCEPT, Act.CANCEL},
        "ria": set(),
        "sven": {Act.ACCEPT, Act.CANCEL},
        "cleo": {Act.CANCEL},
    }


def _waiting_too(store: Shop) -> int:
    Order.objects.update(request_key="before")
    return _waiting(store)


def test_the_seller_accepts_the_payment_and_the_buyer_never(store):
    number = _waiting(store)
    for person in (store.people.ria, store.people.cleo):
        with pytest.raises(OrderNotPossible):
            _act(person, number, Act.ACCEPT)
    with pytest.raises(OrderInput):
        _act(store.people.sven, number, Act.ACCEPT, comment=" ")
    row = _act(store.people.sven, number, Act.ACCEPT)
    assert row.code is Code.COMPLETED
    assert [step.comment for step in _page(store.people.sven, number).steps if step.comment] == [
        "agreed by phone"
    ]


def test_of_two_people_who_decide_at_once_the_second_is_refused_and_nothing_is_half_done(store):
    number = _failed(store)
    version = _page(store.people.sven, number).version
    _act(store.people.sven, number, Act.RESUBMIT, version=version)
    with pytest.raises(OrderConflict) as refused:
        _act(store.people.harbor, number, Act.CANCEL, version=version)
    assert refused.value.code == "order_changed_meanwhile"
    page = _page(store.people.harbor, number)
    assert (page.row.code, page.subscription) == (Code.PROVISIONING, Status.ORDERED)


def test_a_failed_order_is_sent_again_with_corrected_parameters(store):
    number = _failed(store, domain="cleo.invalid", seats=5)
    _act(store.people.sven, number, Act.RESUBMIT, parameters={"domain": "cleo.example", "seats": 5})
    order = Order.objects.get(pk=number)
    operation = Operation.objects.get(pk=order.operation_id)
    assert order.parameters == operation.parameters == {"domain": "cleo.example", "seats": 5}
    assert operation.round == 2


def test_the_provider_says_by_hand_that_the_service_is_there(store):
    number = _failed(store)
    with pytest.raises(ProvisioningInput):
        _act(store.people.harbor, number, Act.COMPLETE, comment=" ")
    row = _act(store.people.harbor, number, Act.COMPLETE, vendor_id="T-1")
    page = _page(store.people.harbor, number)
    assert (row.code, page.subscription) == (Code.COMPLETED, Status.ACTIVE)
    assert page.operation is not None
    assert page.operation.vendor_id == "T-1"
    assert not page.acts


def test_what_failed_by_hand_can_only_be_cancelled(store):
    number = _failed(store)
    _act(store.people.harbor, number, Act.FAIL)
    assert _page(store.people.harbor, number).acts == {Act.CANCEL}
    with pytest.raises(OrderNotPossible):
        _act(store.people.harbor, number, Act.RESUBMIT)
    assert _act(store.people.harbor, number, Act.CANCEL).code is Code.CANCELLED


def test_people_of_sellers_above_are_not_named(store):
    number = _waiting(store)
    _act(store.people.harbor, number, Act.ACCEPT)
    assert "Hanna Harbor" not in _page(store.people.sven, number).people
    assert "Hanna Harbor" in _page(store.people.harbor, number).people
