"""What happens to a subscription after its order reaches the vendor: units, holds, ends; once, and never twice."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from entrepot.domain.catalog.models import Plan
from entrepot.domain.credit.commands import hold_account, release_until
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_done, mark_failed
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, InstanceState
from entrepot.domain.provisioning.models import Connector, Operation, ServiceInstance
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.commands import (
    cancel_subscription,
    change_quantity,
    hold_subscription,
    release_subscription,
    withdraw_cancellation,
    withdraw_change,
)
from entrepot.flows.bill import bill
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.flows.vendor_wishes import tell_vendors
from entrepot.infra.tasks.queue import run_worker
from tests.domain.resale.shop import Shop, shop
from tests.support.people import SETUP

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@pytest.fixture
def store(transactional_db) -> Shop:
    return shop()


@pytest.fixture
def sub(store) -> int:
    """Five seats, made by hand at the vendor."""
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    cart = Cart(store.people.cleo.account_id, [Line(store.period, {store.seat: Decimal(5)})])
    amount = estimate_order(cart, now=NOW).total.first
    (number,) = place_order(cart, request_key="one", confirmed=amount, actor=SETUP, now=NOW)
    done(Action.CREATE, 5)
    return Order.objects.get(pk=number).subscription_id


def waiting() -> list[tuple[Action, int]]:
    """Give what the vendor is asked for at this moment."""
    rows = Operation.objects.filter(settled_at=None).order_by("id")
    return [(row.action, int(row.quantity)) for row in rows]


def done(action: Action, quantity: int) -> None:
    """Let the vendor's desk report the one thing that it was asked for."""
    assert waiting() == [(action, quantity)]
    number = Operation.objects.get(settled_at=None).id
    mark_done(operation_id=number, comment="done", actor=SETUP, now=NOW)


def change(store: Shop, sub: int, quantity: str, day: date = TODAY) -> int:
    return change_quantity(
        subscription_id=sub,
        resource_id=store.seat,
        quantity=Decimal(quantity),
        effective_on=day,
        actor=SETUP,
        now=NOW,
    )


def bill_day(day: date) -> None:
    """Bill a day, and do what it has left to the queue: the comparison is a task."""
    bill(now=NOW + (day - TODAY), today=day, actor_name="test", until=day)
    run_worker(concurrency=1, until_idle=True)


def test_a_change_reaches_the_vendor_at_once_and_only_once(store, sub):
    assert waiting() == []
    change(store, sub, "8")
    assert tell_vendors(now=NOW) == 0
    done(Action.CHANGE, 8)

    assert ServiceInstance.objects.get().quantity == 8
    # Billing applies the change later; for the vendor nothing is left to do.
    bill_day(TODAY)
    assert waiting() == []


def test_a_change_of_the_future_reaches_the_vendor_on_its_day(store, sub):
    change(store, sub, "8", day=TODAY + timedelta(days=2))
    bill_day(TODAY)
    bill_day(TODAY + timedelta(days=1))
    assert waiting() == []
    bill_day(TODAY + timedelta(days=2))
    done(Action.CHANGE, 8)


def test_a_change_that_is_withdrawn_is_taken_back_at_the_vendor(store, sub):
    number = change(store, sub, "8")
    done(Action.CHANGE, 8)
    withdraw_change(change_id=number, actor=SETUP, now=NOW, today=TODAY)
    done(Action.CHANGE, 5)


def test_what_is_ordered_while_the_vendor_works_follows_when_it_is_done(store, sub):
    change(store, sub, "8")
    change(store, sub, "9")
    done(Action.CHANGE, 8)
    done(Action.CHANGE, 9)
    assert waiting() == []


def test_a_hold_suspends_and_a_release_resumes(store, sub):
    facts = {"subscription_id": sub, "actor": SETUP, "now": NOW, "business_date": TODAY}
    hold_subscription(reason="abuse", **facts)
    done(Action.SUSPEND, 5)
    assert ServiceInstance.objects.get().state is InstanceState.SUSPENDED
    release_subscription(reason="cleared", **facts)
    done(Action.RESUME, 5)
    assert ServiceInstance.objects.get().state is InstanceState.RUNNING


def test_a_credit_hold_of_the_buyer_suspends_its_services(store, sub):
    account = store.account_of(store.people.cleo.account_id)
    BillingAccount.objects.filter(pk=account.pk).update(suspend_on_hold=True)
    facts = {"billing_account_id": account.pk, "reason": "overdue", "actor": SETUP, "now": NOW}
    hold_account(business_date=TODAY, **facts)
    done(Action.SUSPEND, 5)
    release_until(until=TODAY + timedelta(days=5), business_date=TODAY, **facts)
    done(Action.RESUME, 5)


def test_a_cancelled_subscription_ends_at_the_vendor_on_its_last_day(store, sub):
    facts = {"subscription_id": sub, "actor": SETUP, "now": NOW, "today": TODAY}
    cancel_subscription(cancel_on=TODAY + timedelta(days=1), reason="no need", **facts)
    assert waiting() == []
    withdraw_cancellation(**facts)
    cancel_subscription(cancel_on=TODAY, reason="no need", **facts)
    done(Action.CANCEL, 5)
    bill_day(TODAY)
    assert waiting() == []
    assert ServiceInstance.objects.get().state is InstanceState.REMOVED


def test_a_wish_that_a_person_ended_comes_back_only_with_another_wish(store, sub):
    change(store, sub, "8")
    number = Operation.objects.get(settled_at=None).id
    # The desk reports a failure, which waits for a person; the person ends it.
    for comment in ("no more seats", "never again"):
        mark_failed(operation_id=number, comment=comment, actor=SETUP, now=NOW)
    tell_vendors(now=NOW)
    assert waiting() == []
    change(store, sub, "7")
    assert waiting() == [(Action.CHANGE, 7)]


def test_a_resting_connector_is_asked_when_it_is_back(store, sub):
    Connector.objects.update(is_active=False)
    change(store, sub, "8")
    assert waiting() == []
    Connector.objects.update(is_active=True)
    assert tell_vendors(now=NOW) == 1
    assert waiting() == [(Action.CHANGE, 8)]


def test_a_broker_that_cannot_suspend_is_not_asked_to(store, sub):
    Connector.objects.update(kind=ConnectorKind.SERVICE_BROKER)
    hold_subscription(
        subscription_id=sub, reason="abuse", actor=SETUP, now=NOW, business_date=TODAY
    )
    assert waiting() == []
    change(store, sub, "8")
    # Units are not lost behind the suspension that is impossible here.
    assert waiting() == [(Action.CHANGE, 8)]
