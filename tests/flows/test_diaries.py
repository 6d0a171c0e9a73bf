"""Subscriptions over months: exactly which events happen on which day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.catalog.commands import allow_switch
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.resale.commands import Terms
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.domain.subscriptions.queries import SubscriptionFacts, subscription_facts
from entrepot.flows import subscription_actions as actions
from entrepot.flows.plan_switches import switch_plan
from entrepot.flows.verify import verify
from tests.domain.resale.shop import Shop, add_price, shop
from tests.support.diary import Diary
from tests.support.people import SETUP

START = date(2026, 3, 1)
ORDERED = ["26-03-01 SubscriptionStarted", "26-03-01 SubscriptionsOrdered"]
# Three sellers each write one document: Harbor to Ria, Ria to Sven, Sven to Cleo.
BEGUN = [*ORDERED, "26-03-01 DocumentsIssued 3", "26-03-01 TermsBegun 1"]


@pytest.fixture
def store(db) -> Shop:
    return shop(terms=Terms(statement_day=0, due_days=900))


@pytest.fixture
def diary(store, monkeypatch) -> Diary:
    return Diary(monkeypatch, today=START)


def _period(store: Shop, **facts: Any) -> None:
    PlanPeriod.objects.filter(pk=store.period).update(**facts)


def _by(diary: Diary) -> dict[str, Any]:
    return {"actor": SETUP, "now": diary.now, "today": diary.today}


def _firsts(first: date, last: date) -> list[str]:
    """Give the documents of the first days of months."""
    days = [first + timedelta(days=more) for more in range((last - first).days + 1)]
    return [f"{day:%y-%m-%d} DocumentsIssued 3" for day in days if day.day == 1]


def _facts(store: Shop, number: int, diary: Diary) -> SubscriptionFacts:
    return subscription_facts(store.people.sven.viewer(now=diary.now), subscription_id=number)


def test_a_month_is_renewed_every_month_without_notices(store, diary):
    _period(store, term_months=1)
    store.subscribe("1")
    diary.live(date(2026, 5, 15))
    assert diary.page() == [
        *BEGUN,
        "26-04-01 DocumentsIssued 3",
        "26-04-01 TermsRenewed 1",
        "26-05-01 DocumentsIssued 3",
        "26-05-01 TermsRenewed 1",
    ]


def test_a_year_billed_monthly_is_renewed_once_with_a_notice_thirty_days_before(store, diary):
    store.subscribe("1")
    diary.live(date(2027, 3, 15))
    assert diary.page() == [
        *BEGUN,
        *_firsts(date(2026, 4, 1), date(2027, 1, 1)),
        # 30 January and 30 days are 1 March 2027.
        "27-01-30 RenewalNoticesGiven 1",
        "27-02-01 DocumentsIssued 3",
        "27-03-01 DocumentsIssued 3",
        "27-03-01 TermsRenewed 1",
    ]


def test_of_two_trials_one_becomes_paid_and_one_ends(store, diary):
    """14 days from 1 March; the 30-day notice would lie before them."""
    _period(store, trial_days=14)
    paid, ends = store.subscribe("1"), store.subscribe("1", auto_renew=False)
    diary.live(date(2026, 3, 20))
    assert diary.page() == [
        *ORDERED,
        *ORDERED,
        "26-03-08 ExpiryNoticesGiven 1",
        "26-03-08 RenewalNoticesGiven 1",
        "26-03-14 ExpiryNoticesGiven 1",
        "26-03-14 RenewalNoticesGiven 1",
        "26-03-15 DocumentsIssued 3",
        "26-03-15 TrialsConverted 1",
        "26-03-15 TrialsEnded 1",
    ]
    states = Subscription.objects.in_bulk([paid, ends])
    assert (states[paid].status, states[ends].status) == ("active", "expired")


def test_it_expires_through_grace_and_hold_and_is_destroyed(store, diary):
    """Three months to 1 June, 5 days of grace, 10 days on hold after them."""
    _period(store, term_months=3, grace_days=5, hold_days=10, destroys_after_hold=True)
    store.subscribe("1", auto_renew=False)
    diary.live(date(2026, 7, 15))
    assert diary.page() == [
        *BEGUN,
        *_firsts(date(2026, 4, 1), date(2026, 5, 1)),
        "26-05-02 ExpiryNoticesGiven 1",
        "26-05-25 ExpiryNoticesGiven 1",
        "26-05-31 ExpiryNoticesGiven 1",
        "26-06-01 TermsEnded 1",
        "26-06-06 GracesEnded 1",
        "26-06-16 SubscriptionsDestroyed 1",
    ]
    assert verify().is_proved


def test_two_terms_that_were_made_to_end_together_are_renewed_together(store, diary):
    store.subscribe("1")
    diary.live(date(2026, 3, 16))
    later = store.subscribe("2", start_on=diary.today)
    diary.live(diary.today)
    commands.move_term_end(subscription_id=later, ends_on=date(2027, 3, 1), **_by(diary))
    diary.live(date(2027, 3, 31))
    assert diary.page() == [
        *BEGUN,
        "26-03-17 SubscriptionStarted",
        "26-03-17 SubscriptionsOrdered",
        "26-03-17 DocumentsIssued 3",
        "26-03-17 TermsBegun 1",
        "26-03-18 SubscriptionChanged term_end_moved",
        "26-04-01 DocumentsIssued 3",
        # Until 1 May the second one is billed on its own day, then both on the first.
        "26-04-17 DocumentsIssued 3",
        *_firsts(date(2026, 5, 1), date(2027, 1, 1)),
        "27-01-30 RenewalNoticesGiven 2",
        "27-02-01 DocumentsIssued 3",
        "27-03-01 DocumentsIssued 3",
        "27-03-01 TermsRenewed 2",
    ]


def test_a_delayed_downgrade_waits_for_the_renewal(store, diary):
    """Vector 6: five seats become three on the day of the renewal, nothing before."""
    _period(store, term_months=1)
    number = store.subscribe("5")
    diary.live(date(2026, 3, 10))
    actions.change_quantity(
        facts=_facts(store, number, diary),
        resource_id=store.seat,
        quantity=Decimal(3),
        effective_on=date(2026, 4, 1),
        expected_version=SubBilling.objects.get(pk=number).version,
        **_by(diary),
    )
    diary.live(date(2026, 4, 15))
    assert diary.page() == [
        *BEGUN,
        "26-03-11 SubscriptionChanged change_ordered",
        "26-04-01 DocumentsIssued 3",
        "26-04-01 TermsRenewed 1",
        "26-04-01 QuantitiesChanged 1",
    ]


def test_a_plan_switch_ends_one_subscription_and_begins_another(store, diary):
    """Vector 2: 10.16 for 21 of 31 days; both keep the end of the term."""
    first = Plan.objects.get(pk=store.plan)
    plan = Plan.objects.create(
        service=first.service,
        tax_category=first.tax_category,
        name="Premium",
        product_code="premium",
        sku_code="1",
    )
    PlanResource.objects.create(plan=plan, resource_id=store.seat)
    premium = PlanPeriod.objects.create(plan=plan, term_months=12, billing_months=1).pk
    add_price(premium, store.seat, cost="20")
    allow_switch(from_period_id=store.period, to_period_id=premium, actor=SETUP, now=diary.now)
    number = store.subscribe("1")
    diary.live(date(2026, 3, 10))
    diary.page()
    switch_plan(
        facts=_facts(store, number, diary),
        plan_period_id=premium,
        request_key="one",
        confirmed=Decimal("10.16"),
        expected_version=SubBilling.objects.get(pk=number).version,
        actor=SETUP,
        now=diary.now,
    )
    diary.live(date(2026, 4, 15))
    assert diary.page() == [
        "26-03-11 SubscriptionsOrdered",
        "26-03-11 OrdersMoved new OP",
        "26-03-11 OrdersMoved OP PD",
        "26-03-11 SubscriptionStarted",
        "26-03-11 SubscriptionChanged switched",
        "26-03-11 OrdersMoved PD CP",
        "26-03-11 DocumentsIssued 3",
        "26-03-11 TermsBegun 1",
        "26-03-11 SubscriptionsCancelled 1",
        "26-04-01 DocumentsIssued 3",
    ]


def test_what_was_cancelled_is_restarted_where_what_was_paid_ends(store, diary):
    _period(store, destroys_on_cancel=False, refund_days=0)
    number = store.subscribe("1")
    diary.live(date(2026, 3, 9))
    commands.cancel_subscription(
        subscription_id=number, cancel_on=diary.today, reason="too early", **_by(diary)
    )
    diary.live(date(2026, 3, 14))
    commands.restart_subscription(subscription_id=number, **_by(diary))
    diary.live(date(2026, 4, 2))
    assert diary.page() == [
        *BEGUN,
        "26-03-10 SubscriptionChanged cancellation_ordered",
        "26-03-10 CancellationOrdered",
        "26-03-10 SubscriptionsCancelled 1",
        "26-03-15 SubscriptionChanged restart_ordered",
        "26-04-01 DocumentsIssued 3",
        "26-04-01 SubscriptionsRestarted 1",
    ]
