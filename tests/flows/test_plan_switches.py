"""Plan switches: what is shown is what both subscriptions are billed, and the vendor has the new service first."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.commands import allow_switch
from entrepot.domain.catalog.kinds import PriceKind, SwitchTime
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.ordering.errors import OrderNotPossible
from entrepot.domain.ordering.models import Order
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_done, mark_failed
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.resale.commands import Terms
from entrepot.domain.subscriptions.errors import TransitionRefused
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.domain.subscriptions.queries import SubscriptionFacts, subscription_facts
from entrepot.flows.cancellations import order_cancellation
from entrepot.flows.orders import cancel_order
from entrepot.flows.plan_switches import (
    SwitchConflict,
    SwitchRefused,
    preview_switch,
    switch_options,
    switch_plan,
)
from entrepot.flows.provisioning import surroundings
from entrepot.flows.subscription_actions import change_quantity
from entrepot.flows.verify import verify
from tests.domain.resale.shop import Shop, add_price, shop
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

START = date(2026, 3, 1)
DAY = datetime(2026, 3, 11, 9, tzinfo=UTC)


@pytest.fixture
def store(db) -> Shop:
    return shop(terms=Terms(statement_day=0, due_days=365))


def _bigger(store: Shop, cost: str = "20", **facts: Any) -> int:
    """Add a plan for the same seats at another price, and allow the switch to it."""
    first = Plan.objects.get(pk=store.plan)
    plan = Plan.objects.create(
        service=first.service,
        sales_category=first.sales_category,
        tax_category=first.tax_category,
        name="Premium",
        product_code="premium",
        sku_code="1",
    )
    PlanResource.objects.create(plan=plan, resource_id=store.seat)
    period = PlanPeriod.objects.create(plan=plan, term_months=12, billing_months=1)
    add_price(period.pk, store.seat, cost=cost)
    add_price(period.pk, store.seat, kind=PriceKind.SETUP, cost="100")
    allow_switch(from_period_id=store.period, to_period_id=period.pk, actor=SETUP, now=NOW, **facts)
    return period.pk


def _running(store: Shop, *days: date) -> int:
    number = store.subscribe("1")
    for day in (START, *days, date(2026, 3, 10)):
        run_within(day=day, now=NOW)
    return number


def _facts(store: Shop, number: int) -> SubscriptionFacts:
    return subscription_facts(store.people.sven.viewer(now=DAY), subscription_id=number)


def _charges(number: int) -> list[tuple[str, str, Decimal]]:
    rows = Charge.objects.filter(subscription_id=number, tier=3).order_by("id")
    return [(str(row.kind), f"{row.period_start:%m-%d}", row.net) for row in rows]


def test_an_upgrade_in_the_period_bills_the_difference_by_days_and_keeps_the_term(store):
    """Vector 2 at 15 and 30: on 11 March 21 of 31 days are left, 30 x 21/31 - 15 x 21/31 = 20.32 - 10.16."""
    premium = _bigger(store)
    number = _running(store)
    facts = _facts(store, number)
    (option,) = switch_options(facts=facts)
    seen = preview_switch(facts=facts, plan_period_id=premium, actor=SETUP, now=DAY)
    assert (option.plan_name, seen.is_upgrade, seen.starts_on) == ("Premium", True, DAY.date())
    assert seen.amounts.now.price == Decimal("10.16")
    assert (seen.amounts.before.price, seen.amounts.after.price) == (15, 30)
    assert not Subscription.objects.filter(follows_id=number).exists()

    order = Order.objects.get(pk=_switch(store, number, premium, confirmed="10.16"))
    assert (order.number_text, order.code, order.first_amount) == (
        "CH000001",
        "CP",
        Decimal("10.16"),
    )
    run_within(day=DAY.date(), now=NOW)
    run_within(day=date(2026, 4, 1), now=NOW)
    old, new = Subscription.objects.get(pk=number), order.subscription_id
    assert (old.status, old.ended_on, old.cancel_reason) == ("cancelled", DAY.date(), f"SUB-{new}")
    assert _charges(number)[-1] == ("refund", "03-11", Decimal("-10.16"))
    assert _charges(new) == [
        ("recurring", "03-11", Decimal("20.32")),
        ("recurring", "04-01", Decimal("30.00")),
    ]
    assert SubBilling.objects.get(pk=new).term_end == date(2027, 3, 1) == old.term_end
    assert verify().is_proved


def test_a_switch_at_the_end_of_the_term_waits_for_it(store):
    PlanPeriod.objects.filter(pk=store.period).update(term_months=1)
    smaller = _bigger(store, "5", takes_effect=SwitchTime.NEXT_TERM, keeps_term_end=False)
    number = _running(store)
    seen = preview_switch(facts=_facts(store, number), plan_period_id=smaller, actor=SETUP, now=DAY)
    assert (seen.starts_on, seen.is_upgrade) == (date(2026, 4, 1), False)
    assert (seen.amounts.now.price, seen.amounts.after.price) == (0, Decimal("7.50"))
    order = Order.objects.get(pk=_switch(store, number, smaller, confirmed="0"))
    run_within(day=date(2026, 4, 1), now=NOW)
    assert _charges(number) == [("recurring", "03-01", Decimal("15.00"))]
    assert _charges(order.subscription_id) == [("recurring", "04-01", Decimal("7.50"))]
    assert SubBilling.objects.get(pk=order.subscription_id).term_end == date(2027, 4, 1)
    assert verify().is_proved


def test_a_switch_at_the_next_billing_date_waits_for_it_and_keeps_the_term(store):
    premium = _bigger(store, takes_effect=SwitchTime.NEXT_PERIOD)
    number = _running(store)
    seen = preview_switch(facts=_facts(store, number), plan_period_id=premium, actor=SETUP, now=DAY)
    assert (seen.starts_on, seen.amounts.now.price) == (date(2026, 4, 1), 0)
    order = Order.objects.get(pk=_switch(store, number, premium, confirmed="0"))
    run_within(day=date(2026, 4, 1), now=NOW)
    assert _charges(number) == [("recurring", "03-01", Decimal("15.00"))]
    assert _charges(order.subscription_id) == [("recurring", "04-01", Decimal("30.00"))]
    assert SubBilling.objects.get(pk=order.subscription_id).term_end == date(2027, 3, 1)
    assert verify().is_proved


def test_what_cannot_be_switched_is_refused_and_changes_nothing(store):
    premium = _bigger(store)
    number = _running(store)
    with pytest.raises(SwitchRefused, match="cannot be switched"):
        preview_switch(
            facts=_facts(store, number), plan_period_id=store.period, actor=SETUP, now=DAY
        )
    with pytest.raises(SwitchConflict, match=r"10\.16"):
        _switch(store, number, premium, confirmed="9.99")
    assert not Order.objects.exists()
    first = _switch(store, number, premium, confirmed="10.16")
    assert _switch(store, number, premium, confirmed="10.16") == first
    with pytest.raises(TransitionRefused, match="ends on"):
        _switch(store, number, premium, confirmed="10.16", key="two")


def _switch(store: Shop, number: int, period: int, *, confirmed: str, key: str = "one") -> int:
    return switch_plan(
        facts=_facts(store, number),
        plan_period_id=period,
        request_key=key,
        confirmed=Decimal(confirmed),
        expected_version=SubBilling.objects.get(pk=number).version,
        actor=SETUP,
        now=DAY,
    )


def test_while_a_switch_is_under_way_no_units_change_and_its_cancellation_leaves_everything(store):
    premium = _bigger(store)
    number = _running(store)
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    order = Order.objects.get(pk=_switch(store, number, premium, confirmed="10.16"))
    assert order.code == "PR"

    def ask_for_units() -> None:
        change_quantity(
            facts=_facts(store, number),
            resource_id=store.seat,
            quantity=Decimal(3),
            effective_on=DAY.date(),
            expected_version=SubBilling.objects.get(pk=number).version,
            actor=SETUP,
            now=DAY,
            today=DAY.date(),
        )

    with pytest.raises(OrderNotPossible, match="CH000001"):
        ask_for_units()
    for comment in ("no", "not there"):
        mark_failed(operation_id=order.operation_id, comment=comment, actor=SETUP, now=DAY)
    cancel_order(order_id=order.pk, comment="not wanted", actor=SETUP, now=DAY)
    ask_for_units()
    run_within(day=DAY.date(), now=NOW)
    assert _charges(number)[-1] == ("change", "03-11", Decimal("20.32"))
    assert verify().is_proved


def test_a_cancellation_ends_a_switch_that_the_vendor_is_at(store):
    """The rest of March, 21 of 31 days, is given back: 15 x 21/31 = 10.16; nothing of the new plan starts."""
    premium = _bigger(store)
    number = _running(store)
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    switch = Order.objects.get(pk=_switch(store, number, premium, confirmed="10.16"))
    ending = Order.objects.get(
        pk=order_cancellation(
            facts=_facts(store, number),
            cancel_on=DAY.date(),
            reason="closed",
            request_key="end",
            expected_version=SubBilling.objects.get(pk=number).version,
            actor=SETUP,
            now=DAY,
            today=DAY.date(),
        )
    )
    switch.refresh_from_db()
    assert (switch.code, ending.code, ending.first_amount) == ("CL", "CP", Decimal("-10.16"))
    assert Subscription.objects.get(pk=switch.subscription_id).status is Status.CANCELLED
    mark_done(operation_id=switch.operation_id, comment="too late", actor=SETUP, now=DAY)
    run_within(day=DAY.date(), now=NOW)
    assert _charges(number)[-1] == ("refund", "03-11", Decimal("-10.16"))
    assert _charges(switch.subscription_id) == []
    assert verify().is_proved
