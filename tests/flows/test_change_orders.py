"""Changed units as orders: the vendor first, charged from the day on which it is done, one at a time."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import Plan
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.errors import OrderNotPossible
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_done, mark_failed
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Operation
from entrepot.domain.resale.commands import Terms
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.subscriptions.queries import subscription_facts
from entrepot.flows import subscription_actions as actions
from entrepot.flows.order_page import order_page
from entrepot.flows.orders import cancel_order, estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.flows.verify import verify
from tests.domain.resale.shop import Shop, shop
from tests.support.people import SETUP
from tests.support.runs import run_within

FIRST = date(2026, 3, 1)


@pytest.fixture
def store(db) -> Shop:
    return shop(terms=Terms(statement_day=0, due_days=365))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@pytest.fixture
def sub(store) -> int:
    """Five seats from 1 March at 15 each, made by hand at the vendor."""
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=at(FIRST),
    )
    cart = Cart(store.people.cleo.account_id, [Line(store.period, {store.seat: Decimal(5)})])
    amount = estimate_order(cart, now=at(FIRST)).total.first
    (number,) = place_order(cart, request_key="one", confirmed=amount, actor=SETUP, now=at(FIRST))
    done(FIRST)
    run_within(day=FIRST, now=at(FIRST))
    return Order.objects.get(pk=number).subscription_id


def done(day: date) -> None:
    number = Operation.objects.get(settled_at=None).id
    mark_done(operation_id=number, comment="done", actor=SETUP, now=at(day))


def order_units(store: Shop, sub: int, quantity: str, day: date) -> Order:
    run_within(day=day.replace(day=day.day - 1) if day.day > 1 else day, now=at(day))
    actions.change_quantity(
        facts=subscription_facts(store.people.sven.viewer(now=at(day)), subscription_id=sub),
        resource_id=store.seat,
        quantity=Decimal(quantity),
        effective_on=day,
        expected_version=SubBilling.objects.get(pk=sub).version,
        actor=SETUP,
        now=at(day),
        today=day,
    )
    return Order.objects.latest("id")


def changes(sub: int) -> list[tuple[str, str, int, Decimal]]:
    rows = Charge.objects.filter(subscription_id=sub, tier=3, kind="change").order_by("id")
    return [(f"{r.period_start:%m-%d}", f"{r.period_end:%m-%d}", r.num, r.net) for r in rows]


def test_vector_3_a_change_is_charged_from_the_day_on_which_it_is_done(store, sub):
    """Ordered on 6 March, done on the 8th: two seats for 24 of 31 days, 30 x 24 / 31 = 23.23."""
    order = order_units(store, sub, "7", date(2026, 3, 6))
    assert (order.number_text, order.code) == ("CH000001", "PR")
    assert order.first_amount == Decimal("25.16")
    page = order_page(store.people.sven.viewer(now=at(FIRST)), order_id=order.pk, now=at(FIRST))
    assert [(one.before, one.quantity) for one in page.items] == [(5, 7)]
    assert page.money is not None
    assert page.money.shown == Bill(first=Decimal("25.16"), period=Decimal("105.00"))
    run_within(day=date(2026, 3, 6), now=at(FIRST))
    run_within(day=date(2026, 3, 7), now=at(FIRST))
    with pytest.raises(OrderNotPossible, match="CH000001"):
        order_units(store, sub, "9", date(2026, 3, 8))
    done(date(2026, 3, 8))
    order.refresh_from_db()
    assert order.code == "CP"
    run_within(day=date(2026, 3, 8), now=at(FIRST))
    assert changes(sub) == [("03-08", "04-01", 24, Decimal("23.23"))]
    # Priced again when it was done: what is billed, the cost 24 x 24 / 31 = 18.58; what was confirmed stays known.
    page = order_page(store.people.sven.viewer(now=at(FIRST)), order_id=order.pk, now=at(FIRST))
    assert page.money is not None
    assert page.money.cost is not None
    assert (page.money.shown, page.money.cost.first) == (
        Bill(first=Decimal("23.23"), period=Decimal("105.00")),
        Decimal("18.58"),
    )
    assert (page.money.asked, order.first_amount) == (Decimal("25.16"), Decimal("25.16"))
    assert verify().is_proved


def test_vector_4_the_bill_of_the_next_period_waits_for_what_is_not_done(store, sub):
    """Ordered on 31 March, done on 2 April: April is billed with five seats, the other two for 29 of 30 days."""
    order_units(store, sub, "7", date(2026, 3, 31))
    run_within(day=date(2026, 3, 31), now=at(FIRST))
    run_within(day=date(2026, 4, 1), now=at(FIRST))
    done(date(2026, 4, 2))
    run_within(day=date(2026, 4, 2), now=at(FIRST))
    periods = Charge.objects.filter(subscription_id=sub, tier=3, kind="recurring").order_by("id")
    assert [row.net for row in periods] == [75, 75]
    assert changes(sub) == [("04-02", "05-01", 29, Decimal("29.00"))]
    assert verify().is_proved


def test_vector_6_fewer_units_from_the_next_billing_date_cost_nothing_now(store, sub):
    day = date(2026, 3, 6)
    run_within(day=date(2026, 3, 5), now=at(FIRST))
    actions.change_quantity(
        facts=subscription_facts(store.people.sven.viewer(now=at(day)), subscription_id=sub),
        resource_id=store.seat,
        quantity=Decimal(3),
        effective_on=date(2026, 4, 1),
        expected_version=SubBilling.objects.get(pk=sub).version,
        actor=SETUP,
        now=at(day),
        today=day,
    )
    run_within(day=date(2026, 4, 1), now=at(FIRST))
    bills = Charge.objects.filter(subscription_id=sub, tier=3).order_by("id")
    assert [(str(row.kind), row.net) for row in bills] == [("recurring", 75), ("recurring", 45)]


def test_a_change_that_comes_after_the_cancellation_fails_and_says_so(store, sub):
    order = order_units(store, sub, "7", date(2026, 3, 6))
    commands.cancel_subscription(
        subscription_id=sub,
        cancel_on=date(2026, 3, 7),
        reason="closed",
        today=date(2026, 3, 6),
        actor=SETUP,
        now=at(FIRST),
    )
    for day in (date(2026, 3, 6), date(2026, 3, 7)):
        run_within(day=day, now=at(FIRST))
    done(date(2026, 3, 8))
    order.refresh_from_db()
    assert (order.code, "is cancelled" in order.error) == ("PF", True)
    cancel_order(order_id=order.pk, comment="closed", actor=SETUP, now=at(FIRST))
    assert changes(sub) == []
    assert verify().is_proved


def test_what_the_vendor_refuses_is_cancelled_and_nothing_changed(store, sub):
    order = order_units(store, sub, "7", date(2026, 3, 6))
    for comment in ("no more seats", "there are none"):
        mark_failed(
            operation_id=Operation.objects.get(settled_at=None).id,
            comment=comment,
            actor=SETUP,
            now=at(date(2026, 3, 6)),
        )
    order.refresh_from_db()
    assert (order.code, order.error) == ("PF", "no more seats")
    cancel_order(order_id=order.pk, comment="not possible", actor=SETUP, now=at(FIRST))
    run_within(day=date(2026, 3, 6), now=at(FIRST))
    assert changes(sub) == []
    again = order_units(store, sub, "6", date(2026, 3, 8))
    assert again.number_text == "CH000002"
