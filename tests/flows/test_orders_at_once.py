"""Two who act in the same moment on what a customer may order: one of the two wins whole."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from entrepot.domain.catalog.models import Plan
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.resale.commands import open_chain
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.onboarding import convert_customer
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.kernel.errors import DomainError
from tests.domain.resale.shop import DAILY, EPOCH, Shop, shop
from tests.support.people import SETUP, account

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_orders_that_exceed_the_credit_limit_together_one_goes_on():
    store = shop()
    buyer = store.people.cleo.account_id
    terms = store.account_of(buyer)
    BillingAccount.objects.filter(pk=terms.pk).update(credit_limit=Decimal(100))
    # A person carries them out: they stay open.
    vendor = Plan.objects.get(pk=store.plan).service.vendor_id
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=vendor,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )

    # 4 x 15.00 = 60.00 each: one fits into 100, both do not.
    at_once([lambda key=key: place(store, buyer, key) for key in ("one", "two")])

    codes = sorted(Order.objects.filter(customer_id=buyer).values_list("code", flat=True))
    assert codes == sorted([Code.PROVISIONING, Code.WAITING_FOR_PAYMENT])


def test_a_customer_that_becomes_a_reseller_while_it_orders_is_one_of_both_whole():
    store = shop()
    harbor = store.people.harbor
    number = account(AccountKind.CUSTOMER, harbor.account_id, "Dora Direct")
    open_chain(
        customer_id=number, market="DE", open_missing=DAILY, today=EPOCH, actor=SETUP, now=NOW
    )
    buyer = Account.objects.get(pk=number)

    def convert() -> str:
        convert_customer(
            harbor.viewer(), account_id=buyer.id, version=buyer.version, actor=SETUP, now=NOW
        )
        return "converted"

    said = at_once([lambda: place(store, buyer.id, "at once"), convert])

    buyer.refresh_from_db()
    bought = Subscription.objects.filter(customer_id=buyer.id)
    if buyer.kind is AccountKind.RESELLER:
        assert "converted" in said
        assert all(bought.values_list("is_own", flat=True))
    else:
        assert PartyRefused in [type(one) for one in said]
        assert list(bought.values_list("is_own", flat=True)) == [False]


def place(store: Shop, buyer: int, key: str) -> str:
    cart = Cart(buyer, [Line(store.period, {store.seat: Decimal(4)}, {})])
    confirmed = estimate_order(cart, now=NOW).total.first
    place_order(cart, request_key=key, confirmed=confirmed, actor=SETUP, now=NOW)
    return "placed"


def at_once(acts: Sequence[Callable[[], str]]) -> list[object]:
    """Do all in the same moment; return what each said, or how it was refused."""
    ready = Barrier(len(acts))

    def do(act: Callable[[], str]) -> object:
        try:
            ready.wait(timeout=30)
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))
