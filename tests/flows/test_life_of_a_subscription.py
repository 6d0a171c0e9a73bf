"""The life of a subscription over months: which events happen on which day, and what each day bills."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.commands import Terms
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.errors import SubscriptionInput, TransitionRefused
from entrepot.domain.subscriptions.models import Subscription, SubscriptionEvent
from entrepot.domain.subscriptions.queries import history, subscription_facts
from entrepot.flows.effects import cancel_effect, free_window
from entrepot.flows.verify import verify
from entrepot.web.screens.subscriptions.words import event
from tests.domain.resale.shop import Shop, add_price, shop
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

WHO: dict[str, Any] = {"actor": SETUP, "now": NOW}
START = date(2026, 3, 1)


@pytest.fixture
def store(db) -> Shop:
    return shop(terms=Terms(statement_day=0, due_days=365))


def _terms(store: Shop, **facts: Any) -> int:
    PlanPeriod.objects.filter(pk=store.period).update(**facts)
    return store.period


def _bill(*days: date) -> None:
    for day in days:
        run_within(day=day, now=NOW)


def _billed(number: int) -> list[tuple[str, str, Decimal]]:
    """Give (kind, first day, net) of Cleo's charges in the order of their making."""
    rows = Charge.objects.filter(subscription_id=number, tier=3).order_by("id")
    return [(str(row.kind), f"{row.period_start:%m-%d}", row.net) for row in rows]


def _story(number: int) -> list[tuple[str, str]]:
    rows = SubscriptionEvent.objects.filter(subscription_id=number).order_by("id")
    return [(f"{row.on_day:%m-%d}", row.kind) for row in rows]


def test_it_expires_through_grace_and_hold_and_is_removed_for_good(store):
    _terms(store, term_months=1, grace_days=5, hold_days=10, destroys_after_hold=True)
    number = store.subscribe("1", auto_renew=False)
    _bill(START, date(2026, 4, 1), date(2026, 4, 6), date(2026, 4, 15), date(2026, 4, 16))

    assert _story(number) == [
        ("03-01", "ordered"),
        ("03-01", "started"),
        ("04-01", "term_ended"),
        ("04-06", "grace_ended"),
        ("04-16", "destroyed"),
    ]
    assert Subscription.objects.get(pk=number).status == "terminated"
    assert _billed(number) == [("recurring", "03-01", Decimal("15.00"))]
    with pytest.raises(TransitionRefused, match="terminated"):
        commands.restart_subscription(subscription_id=number, today=date(2026, 4, 17), **WHO)
    assert verify().is_proved


def test_it_is_renewed_by_hand_once_and_restarted_after_it_expired(store):
    _terms(store, term_months=1, grace_days=0, hold_days=30)
    number = store.subscribe("1", auto_renew=False)
    _bill(START)
    starts = commands.renew_once(subscription_id=number, today=date(2026, 3, 2), **WHO)
    assert starts == date(2026, 4, 1)
    _bill(date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 9))
    starts = commands.restart_subscription(subscription_id=number, today=date(2026, 5, 10), **WHO)
    assert starts == date(2026, 5, 10)
    _bill(date(2026, 5, 10))

    # From 10 May the period on the first of the month is a part: 22 of 31 days, 15 x 22 / 31.
    assert _billed(number) == [
        ("recurring", "03-01", Decimal("15.00")),
        ("recurring", "04-01", Decimal("15.00")),
        ("recurring", "05-10", Decimal("10.65")),
    ]
    assert [kind for _, kind in _story(number)][2:] == [
        "renewal_ordered",
        "renewed",
        "term_ended",
        "restart_ordered",
        "restarted",
    ]
    assert verify().is_proved


def test_within_the_full_window_everything_comes_back_as_it_was_shown(store):
    _terms(store, full_refund_days=5, refund_days=9, later_full_refund_days=0)
    add_price(store.period, store.seat, kind=PriceKind.SETUP, cost="4")
    number, other = store.subscribe("2"), store.subscribe("2")
    _bill(START)
    viewer = store.people.sven.viewer()
    facts = subscription_facts(viewer, subscription_id=number)
    window = free_window(facts=facts, today=date(2026, 3, 4))
    assert window.full_until is not None
    assert f"{window.full_until:%m-%d %H:%M}" == "03-06 00:00"
    seen = cancel_effect(
        facts=facts, cancel_on=date(2026, 3, 5), reason="wrong", today=date(2026, 3, 4), **WHO
    )
    for one, day in ((number, 5), (other, 6)):
        commands.cancel_subscription(
            subscription_id=one,
            cancel_on=date(2026, 3, day),
            reason="wrong",
            today=date(2026, 3, 4),
            **WHO,
        )
    _bill(date(2026, 3, 5), date(2026, 3, 6))

    # 2 x 15 and the setup of 4 + 50 %, on the day before the window closes; then 26 of 31 days: 30 x 26 / 31.
    assert sorted(_billed(number)) == [
        ("recurring", "03-01", Decimal("30.00")),
        ("refund", "03-01", Decimal("-30.00")),
        ("setup", "03-01", Decimal("-6.00")),
        ("setup", "03-01", Decimal("6.00")),
    ]
    assert _billed(other)[2:] == [("refund", "03-06", Decimal("-25.16"))]
    assert seen.now.price == Decimal("-36.00")
    assert verify().is_proved


def test_what_was_cancelled_goes_on_where_what_was_paid_ends(store):
    _terms(store, destroys_on_cancel=False, refund_days=0)
    number = store.subscribe("1")
    _bill(START)
    commands.cancel_subscription(
        subscription_id=number,
        cancel_on=date(2026, 3, 10),
        reason="too early",
        today=date(2026, 3, 9),
        **WHO,
    )
    _bill(date(2026, 3, 10))
    starts = commands.restart_subscription(subscription_id=number, today=date(2026, 3, 15), **WHO)
    assert starts == date(2026, 4, 1)
    _bill(date(2026, 3, 15), date(2026, 4, 1))
    assert _billed(number) == [
        ("recurring", "03-01", Decimal("15.00")),
        ("recurring", "04-01", Decimal("15.00")),
    ]
    assert verify().is_proved


def test_a_cancelled_service_that_was_removed_is_ordered_again(store):
    number = store.subscribe("1")
    _bill(START)
    day = date(2026, 3, 2)
    commands.cancel_subscription(
        subscription_id=number, cancel_on=day, reason="done", today=day, **WHO
    )
    _bill(day)
    with pytest.raises(TransitionRefused, match="removed with the cancellation"):
        commands.restart_subscription(subscription_id=number, today=day, **WHO)
    commands.destroy_subscription(subscription_id=number, reason="", today=day, **WHO)
    assert Subscription.objects.get(pk=number).status == "terminated"
    with pytest.raises(TransitionRefused, match="only what has ended"):
        commands.destroy_subscription(subscription_id=number, reason="", today=day, **WHO)
    assert verify().is_proved


def test_two_terms_are_made_to_end_on_one_day(store):
    """A year from 1 March, a second one from 17 March: it shall end with the first, and be billed on the first."""
    first = store.subscribe("1")
    later = store.subscribe("2", start_on=date(2026, 3, 17))
    _bill(START, date(2026, 3, 17))
    ends = Subscription.objects.get(pk=first).term_end
    assert ends == date(2027, 3, 1)
    for wrong in (date(2026, 4, 16), date(2027, 3, 18)):
        with pytest.raises(SubscriptionInput, match="can end between"):
            commands.move_term_end(
                subscription_id=later, ends_on=wrong, today=date(2026, 3, 18), **WHO
            )
    commands.move_term_end(subscription_id=later, ends_on=ends, today=date(2026, 3, 18), **WHO)
    _bill(date(2026, 4, 1), date(2026, 4, 17), date(2026, 5, 1))

    # 17 April to 1 May: 14 of the 30 days of April, 30 x 14 / 30.
    assert _billed(later) == [
        ("recurring", "03-17", Decimal("30.00")),
        ("recurring", "04-17", Decimal("14.00")),
        ("recurring", "05-01", Decimal("30.00")),
    ]
    assert verify().is_proved


def test_after_the_window_nothing_is_cancelled_or_reduced_before_the_next_term(store):
    """Seven days as in the new commerce of a large vendor: more units are always possible."""
    _terms(store, term_months=1, refund_days=7, locks_after_window=True)
    number = store.subscribe("5")
    _bill(START)

    def change(quantity: str, day: date) -> None:
        commands.change_quantity(
            subscription_id=number,
            resource_id=store.seat,
            quantity=Decimal(quantity),
            effective_on=day,
            **WHO,
        )

    def cancel(day: date, today: date) -> commands.Cancellation:
        return commands.cancel_subscription(
            subscription_id=number, cancel_on=day, reason="done", today=today, **WHO
        )

    change("4", date(2026, 3, 7))
    with pytest.raises(TransitionRefused, match="2026-04-01"):
        change("3", date(2026, 3, 8))
    with pytest.raises(TransitionRefused, match="2026-04-01"):
        cancel(date(2026, 3, 31), date(2026, 3, 8))
    change("9", date(2026, 3, 8))
    cancel(date(2026, 4, 1), date(2026, 3, 8))
    _bill(date(2026, 3, 8), date(2026, 4, 1))
    # 5 at first, one less for 25 of 31 days, five more for 24 of 31; nothing after the end.
    assert _billed(number) == [
        ("recurring", "03-01", Decimal("75.00")),
        ("change", "03-07", Decimal("-12.10")),
        ("change", "03-08", Decimal("58.06")),
    ]
    assert verify().is_proved


def test_a_term_that_an_accounts_hold_kept_from_being_renewed_says_so_to_its_seller(store):
    _terms(store, term_months=1, grace_days=5)
    number = store.subscribe("1")
    _bill(START)
    Account.objects.filter(pk=store.people.cleo.account_id).update(admin_hold=True)
    _bill(date(2026, 4, 1))

    assert _story(number)[-1] == ("04-01", "term_ended")
    assert Subscription.objects.get(pk=number).status == "graced"
    told = {}
    for person in (store.people.sven, store.people.cleo):
        viewer = person.viewer()
        facts = subscription_facts(viewer, subscription_id=number)
        told[person.login] = event(history(viewer, facts=facts, limit=5).lines[0])
    assert told == {
        "sven.admin": "Term ended without renewal (an account on the way to it was on hold)",
        "uma.user": "Term ended without renewal",
    }
