"""Quantities, cancellations, renewal and holds of running subscriptions, with the runs that follow."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions import seats
from entrepot.domain.subscriptions.commands import (
    cancel_subscription,
    change_quantity,
    hold_subscription,
    release_subscription,
    set_auto_renew,
    withdraw_cancellation,
    withdraw_change,
)
from entrepot.domain.subscriptions.errors import (
    OrderRefused,
    SubscriptionConflict,
    SubscriptionInput,
    TransitionRefused,
)
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import (
    QuantityChange,
    ServiceSpan,
    SubBilling,
    Subscription,
    SubscriptionEvent,
)
from entrepot.domain.subscriptions.seats import kept_by
from entrepot.flows.daily_billing import run_day
from entrepot.infra.audit.models import AuditEntry
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW, SETUP

MADE = {"actor": SETUP, "now": NOW}
SECOND = date(2026, 3, 2)
APRIL = date(2026, 4, 1)


def march(day: int) -> date:
    return date(2026, 3, day)


def run(day: date) -> None:
    """Bill a day, whatever was not billed before it."""
    run_day(day=day, now=datetime(2026, 3, 1, 3, tzinfo=UTC), allow_missed=True)


@pytest.fixture
def store(transactional_db) -> Shop:
    return shop()


@pytest.fixture
def sub(store) -> int:
    """Five seats for Cleo since 1 March, billed up to 1 April."""
    number = store.subscribe("5")
    run(START)
    return number


def order(store: Shop, sub: int, quantity: str, day: date, **facts: object) -> int:
    return change_quantity(
        subscription_id=sub,
        resource_id=store.seat,
        quantity=Decimal(quantity),
        effective_on=day,
        **MADE,
        **facts,
    )


def cancel(sub: int, day: date, **facts: object):
    return cancel_subscription(
        subscription_id=sub, cancel_on=day, reason="too expensive", today=SECOND, **MADE, **facts
    )


def test_a_change_is_a_new_total_that_the_run_of_its_day_charges(store, sub):
    change = order(store, sub, "7", march(11))

    assert SubBilling.objects.get(pk=sub).due_on == march(11)
    run(march(11))
    charge = Charge.objects.get(kind="change", tier=3)
    # (7 - 5) x 15.00 x 21 / 31 = 20.3225...
    assert (charge.quantity, charge.net, charge.cause_id) == (2, Decimal("20.320"), change)
    assert Subscription.objects.get(pk=sub).quantity == 7
    assert SubBilling.objects.get(pk=sub).due_on == APRIL


def test_fewer_units_than_people_have_are_refused_with_their_names(store, sub, monkeypatch):
    class Book:
        def holders(self, *, subscription_id: int, resource_id: int) -> list[str]:
            mine = (subscription_id, resource_id) == (sub, store.seat)
            return ["Ann Archer", "Ben Baker", "Cem Can"] if mine else []

    monkeypatch.setattr(seats, "_books", [])
    kept_by(Book())
    order = {"resource_id": store.seat, "effective_on": SECOND, **MADE}
    with pytest.raises(OrderRefused, match="Ann Archer, Ben Baker, Cem Can") as refused:
        change_quantity(subscription_id=sub, quantity=Decimal(2), **order)
    assert refused.value.code == "seats_assigned"
    assert not QuantityChange.objects.exists()

    change_quantity(subscription_id=sub, quantity=Decimal(3), **order)
    assert QuantityChange.objects.count() == 1


def test_a_change_before_the_period_counts_from_its_first_day(store, sub):
    BillingAccount.objects.update(grace_days=90)
    run(APRIL)

    order(store, sub, "6", march(20))

    assert SubBilling.objects.get(pk=sub).due_on == APRIL


@pytest.mark.parametrize(
    ("quantity", "day", "code"),
    [
        ("-1", march(11), "quantity_negative"),
        ("2.5", march(11), "quantity_not_whole"),
        ("1000000000", march(11), "quantity_too_large"),
        ("6", date(2026, 2, 28), "change_before_start"),
        ("6", date(1, 1, 1), "subscription_date_out_of_bounds"),
        ("6", date(9999, 12, 31), "subscription_date_out_of_bounds"),
    ],
)
def test_an_unusable_change_is_refused_and_leaves_nothing(store, sub, quantity, day, code):
    with pytest.raises(SubscriptionInput) as caught:
        order(store, sub, quantity, day)

    assert caught.value.code == code
    assert not QuantityChange.objects.exists()
    assert SubBilling.objects.get(pk=sub).due_on == APRIL


def test_a_change_on_or_after_the_cancellation_is_refused(store, sub):
    cancel(sub, march(20))

    with pytest.raises(TransitionRefused, match="ends on 2026-03-20") as caught:
        order(store, sub, "6", march(20))

    assert caught.value.code == "change_after_cancellation"


def test_a_cancelled_subscription_cannot_change_renew_or_be_cancelled(store, sub):
    cancel(sub, march(2))
    run(march(2))
    assert SubBilling.objects.get(pk=sub).status is Status.CANCELLED

    acts = [
        lambda: order(store, sub, "6", march(20)),
        lambda: cancel(sub, march(20)),
        lambda: set_auto_renew(subscription_id=sub, auto_renew=False, today=march(3), **MADE),
        lambda: withdraw_cancellation(subscription_id=sub, today=march(3), **MADE),
        lambda: hold_subscription(subscription_id=sub, reason="x", business_date=march(3), **MADE),
    ]
    for act in acts:
        with pytest.raises(TransitionRefused) as caught:
            act()
        assert caught.value.code == "subscription_not_running"
    # Nothing resumes what is over.
    with pytest.raises(TransitionRefused) as caught:
        release_subscription(subscription_id=sub, reason="ok", business_date=march(3), **MADE)
    assert caught.value.code == "not_on_hold"
    assert SubBilling.objects.get(pk=sub).due_on is None


def test_a_form_that_is_out_of_date_is_refused(store, sub):
    version = SubBilling.objects.get(pk=sub).version
    order(store, sub, "6", march(11), expected_version=version)

    with pytest.raises(SubscriptionConflict):
        order(store, sub, "9", march(11), expected_version=version)

    assert QuantityChange.objects.count() == 1


def test_a_withdrawn_change_never_happens(store, sub):
    first = order(store, sub, "7", march(11))
    order(store, sub, "8", march(15))

    withdraw_change(change_id=first, today=march(3), **MADE)

    assert SubBilling.objects.get(pk=sub).due_on == march(15)
    with pytest.raises(TransitionRefused, match="was withdrawn already"):
        withdraw_change(change_id=first, today=march(3), **MADE)


def test_an_applied_change_cannot_be_withdrawn(store, sub):
    change = order(store, sub, "7", march(11))
    run(march(11))

    with pytest.raises(TransitionRefused, match="has taken effect"):
        withdraw_change(change_id=change, today=march(12), **MADE)


def test_unknown_subscriptions_changes_and_resources_are_refused_alike(store, sub):
    acts = [
        lambda: order(store, 999_999, "6", march(11)),
        lambda: withdraw_change(change_id=999_999, today=march(11), **MADE),
        lambda: change_quantity(
            subscription_id=sub,
            resource_id=999_999,
            quantity=Decimal(1),
            effective_on=march(11),
            **MADE,
        ),
    ]
    for act in acts:
        with pytest.raises(NoSuchObject):
            act()


def test_a_cancellation_gives_back_the_days_that_are_left(store, sub):
    decided = cancel(sub, march(11))

    assert decided.refunds
    assert SubBilling.objects.get(pk=sub).due_on == march(11)
    run(march(11))
    refund = Charge.objects.get(kind="refund", tier=3)
    # 5 x 15.00 x 21 / 31 = 50.8064...
    assert refund.net == Decimal("-50.810")
    assert Subscription.objects.get(pk=sub).status is Status.CANCELLED


@pytest.mark.parametrize(("day", "refunds"), [(7, True), (8, False)])
def test_the_refund_window_of_the_plan_period_decides(store, sub, day, refunds):
    PlanPeriod.objects.filter(pk=store.period).update(refund_days=7)

    assert cancel(sub, march(day)).refunds is refunds


def test_a_period_without_refund_never_gives_back(store, sub):
    PlanPeriod.objects.filter(pk=store.period).update(refund=RefundPolicy.NONE)

    assert not cancel(sub, march(2)).refunds


def test_a_trial_ends_without_charge_or_refund(store):
    number = store.subscribe(trial_days=14)

    assert not cancel(number, march(5)).refunds
    run(march(5))
    assert not Charge.objects.exists()
    assert Subscription.objects.get(pk=number).status is Status.CANCELLED


def test_cancelling_twice_is_refused_and_keeps_the_first(sub):
    cancel(sub, march(20))

    with pytest.raises(TransitionRefused, match="already cancelled as of 2026-03-20"):
        cancel(sub, march(25))

    assert SubBilling.objects.get(pk=sub).cancel_on == march(20)


@pytest.mark.parametrize(
    ("day", "reason", "code"),
    [
        (march(1), "why", "cancel_date_past"),
        (march(9), "   ", "reason_missing"),
        (march(9), "x" * 81, "reason_missing"),
        (march(9), "agreed\r\nBcc: b@c.example", "reason_missing"),
        (date(9999, 12, 31), "why", "subscription_date_out_of_bounds"),
    ],
)
def test_an_unusable_cancellation_is_refused(sub, day, reason, code):
    with pytest.raises(SubscriptionInput) as caught:
        cancel_subscription(
            subscription_id=sub, cancel_on=day, reason=reason, today=march(2), **MADE
        )

    assert caught.value.code == code
    assert Subscription.objects.get(pk=sub).cancel_on is None


def test_nothing_is_changed_or_cancelled_while_the_reseller_is_on_credit_hold(store, sub):
    Account.objects.filter(pk=store.people.ria.account_id).update(credit_hold=True)

    with pytest.raises(OrderRefused):
        cancel(sub, march(9))
    with pytest.raises(OrderRefused):
        order(store, sub, "6", march(9))


def test_a_withdrawn_cancellation_lets_the_subscription_run_on(sub):
    cancel(sub, march(20))

    withdraw_cancellation(subscription_id=sub, today=march(3), **MADE)

    billing = SubBilling.objects.get(pk=sub)
    assert (billing.cancel_on, billing.cancel_refund, billing.due_on) == (None, False, APRIL)
    with pytest.raises(TransitionRefused, match="is not cancelled"):
        withdraw_cancellation(subscription_id=sub, today=march(3), **MADE)


def test_renewal_is_written_only_when_it_changes(sub):
    before = AuditEntry.objects.count()

    set_auto_renew(subscription_id=sub, auto_renew=True, today=march(2), **MADE)
    assert AuditEntry.objects.count() == before

    set_auto_renew(subscription_id=sub, auto_renew=False, today=march(2), **MADE)
    assert AuditEntry.objects.count() == before + 1
    assert not SubBilling.objects.get(pk=sub).auto_renew
    assert not Subscription.objects.get(pk=sub).auto_renew


def test_a_held_subscription_is_still_billed_by_default(sub):
    hold_subscription(subscription_id=sub, reason="abuse", business_date=march(2), **MADE)

    assert Subscription.objects.get(pk=sub).admin_hold
    assert SubBilling.objects.get(pk=sub).due_on == APRIL
    with pytest.raises(TransitionRefused, match="already on administrative hold"):
        hold_subscription(subscription_id=sub, reason="abuse", business_date=march(2), **MADE)


def test_releasing_what_is_not_held_is_refused(sub):
    with pytest.raises(TransitionRefused, match="is not on administrative hold"):
        release_subscription(subscription_id=sub, reason="ok", business_date=march(2), **MADE)


def test_a_hold_that_is_not_billed_skips_the_days_until_the_release(store, sub):
    BillingAccount.objects.filter(buyer_id=store.people.cleo.account_id).update(bill_on_hold=False)

    hold_subscription(subscription_id=sub, reason="abuse", business_date=march(10), **MADE)
    assert SubBilling.objects.get(pk=sub).due_on is None
    span = ServiceSpan.objects.get(subscription_id=sub)
    # March is paid, so the service counts as delivered up to 1 April.
    assert (span.ends_on, span.end_reason) == (APRIL, "held")
    order(store, sub, "6", march(15))
    assert SubBilling.objects.get(pk=sub).due_on is None
    run(date(2026, 4, 10))
    assert Charge.objects.filter(kind="recurring", tier=3).count() == 1

    release_subscription(subscription_id=sub, reason="ok", business_date=date(2026, 4, 11), **MADE)
    assert SubBilling.objects.get(pk=sub).due_on == date(2026, 4, 11)
    run(date(2026, 4, 11))
    charge = Charge.objects.filter(kind="recurring", tier=3).latest("period_start")
    # Six seats from 11 April to 1 May: 6 x 15.00 x 20 / 30 = 60.00.
    assert (charge.period_start, charge.period_end) == (date(2026, 4, 11), date(2026, 5, 1))
    assert charge.net == Decimal("60.000")


def test_a_change_after_the_release_keeps_the_day_of_the_release(store, sub):
    BillingAccount.objects.filter(buyer_id=store.people.cleo.account_id).update(bill_on_hold=False)
    hold_subscription(subscription_id=sub, reason="abuse", business_date=march(10), **MADE)
    run(date(2026, 4, 10))
    release_subscription(subscription_id=sub, reason="ok", business_date=date(2026, 4, 11), **MADE)

    set_auto_renew(subscription_id=sub, auto_renew=False, today=date(2026, 4, 11), **MADE)

    assert SubBilling.objects.get(pk=sub).due_on == date(2026, 4, 11)


def test_the_credit_hold_of_a_subscription_survives_its_administrative_release(store, sub):
    BillingAccount.objects.filter(buyer_id=store.people.cleo.account_id).update(bill_on_hold=False)
    hold_subscription(subscription_id=sub, reason="abuse", business_date=march(10), **MADE)
    Subscription.objects.filter(pk=sub).update(credit_hold=True)

    release_subscription(subscription_id=sub, reason="ok", business_date=march(12), **MADE)

    assert Subscription.objects.get(pk=sub).credit_hold
    assert SubBilling.objects.get(pk=sub).due_on is None


def test_the_history_names_what_was_ordered_and_by_whom(store, sub):
    order(store, sub, "7", march(11))
    cancel(sub, march(20))

    kinds = list(
        SubscriptionEvent.objects.filter(subscription_id=sub)
        .order_by("id")
        .values_list("kind", "actor_name")
    )
    assert kinds == [
        ("ordered", "setup"),
        ("started", ""),
        ("change_ordered", "setup"),
        ("cancellation_ordered", "setup"),
    ]
