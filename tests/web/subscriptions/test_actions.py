"""Actions on a subscription: the effect that is shown, and what the buttons do."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions.models import QuantityChange, SubBilling, Subscription
from entrepot.domain.subscriptions.queries import subscription_facts
from entrepot.flows.subscription_actions import preview_quantity
from entrepot.infra.audit.models import AuditEntry
from entrepot.web.screens.subscriptions.actions.shown import amount_now, effect_shown
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

START, TODAY, APRIL = date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)


@pytest.fixture
def sub(store) -> int:
    """Five seats of Cleo's since the first of March, billed once: 15.00 a seat, Sven pays 12.00."""
    number = store.shop.subscribe("5")
    run_within(day=START, now=NOW)
    return number


@pytest.fixture
def sven(store, at):
    return at(store.people.sven)


def page(number: int, act: str = "") -> str:
    return f"/reseller/subscriptions/{number}/{act}"


def version(number: int) -> int:
    return SubBilling.objects.get(pk=number).version


def send(client, store, number, act="quantity/", **values):
    usual = {"resource": store.shop.seat, "effective_on": "2026-03-02", "version": version(number)}
    return client.post(page(number, act), {**usual, **values})


def test_a_seller_sees_price_cost_and_margin_before_ordering(sven, sub):
    text = sven.get(page(sub, "quantity/?quantity=8")).content.decode()

    # 30 of 31 days of 3 seats: 45.00 x 30/31 = 43.55, cost 36.00 x 30/31 = 34.84; from April 8 seats.
    for shown in ("30 of 31 days", "€43.55", "€34.84", "€8.71", "€120.00", "+45.00", "from 1 Apr"):
        assert shown in text
    assert "Add 3 Seat, €43.55" in text
    assert "On the statement of 2 Mar 2026." in text
    assert not QuantityChange.objects.exists()
    assert not AuditEntry.objects.filter(action="subscription_change_ordered").exists()


def test_what_was_shown_is_billed_by_the_next_run(sven, store, sub):
    answer = send(sven, store, sub, quantity="8")

    assert answer.status_code == 302
    run_within(day=TODAY, now=NOW)
    charges = Charge.objects.filter(kind="change")
    assert {c.tier: c.net for c in charges}[3] == Decimal("43.55")
    assert AuditEntry.objects.get(action="subscription_change_ordered").actor_name


def test_the_customer_sees_the_own_price_only(at, store, sub):
    client = at(store.people.cleo)
    text = client.get(f"/customer/subscriptions/{sub}/quantity/?quantity=4").content.decode()

    # 1 seat less: -15.00 x 30/31 = -14.52
    assert "−€14.52" in text
    assert "Remove 1 Seat, €14.52 back" in text
    assert "€11.61" not in text  # 12.00 x 30/31: what Sven pays
    assert "Margin" not in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"quantity": "0"}, "cancel the subscription"),
        ({"quantity": "-3"}, "below zero"),
        ({"quantity": "1.5"}, "whole number"),
        ({"quantity": "1000000000"}, "at most 10000000"),
        ({"quantity": "many"}, "New quantity"),
        ({"quantity": "5"}, "has this quantity already"),
        ({"quantity": "6", "effective_on": "2026-03-01"}, "is over"),
        ({"quantity": "6", "effective_on": "2027-03-02"}, "2027-03-01"),
        ({"quantity": "6", "resource": "999"}, "Resource"),
    ],
)
def test_bad_input_is_said_on_the_page_and_changes_nothing(sven, store, sub, values, said):
    answer = send(sven, store, sub, **values)

    assert answer.status_code in (409, 422)
    assert said in answer.content.decode()
    assert not QuantityChange.objects.exists()
    assert version(sub) == 2


def test_of_two_people_at_once_the_second_sees_both_values(sven, store, sub):
    before = version(sub)
    assert send(sven, store, sub, quantity="8", version=before).status_code == 302

    answer = send(sven, store, sub, quantity="9", version=before)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "You typed" in text
    assert 'value="9"' in text
    assert '<dd class="fig">8</dd>' in text
    assert QuantityChange.objects.count() == 1


def test_a_held_account_orders_nothing_and_cancels_nothing(sven, store, sub):
    Account.objects.filter(pk=store.people.cleo.account_id).update(credit_hold=True)

    for act, values in (
        ("quantity/", {"quantity": "6"}),
        ("cancel/", {"cancel_on": "2026-04-01", "reason": "too large"}),
    ):
        answer = send(sven, store, sub, act, **values)
        assert answer.status_code == 409
        assert "is on hold" in answer.content.decode()
    assert SubBilling.objects.get(pk=sub).cancel_on is None


def test_a_change_without_price_is_confirmed_as_the_last_step(sven, store, sub):
    asked = {"quantity": "9", "resource": store.shop.storage}
    first = send(sven, store, sub, **asked)
    assert first.status_code == 409
    assert "Confirm the free change" in first.content.decode()
    assert not QuantityChange.objects.exists()

    assert send(sven, store, sub, **asked, confirmed="free").status_code == 302
    assert QuantityChange.objects.count() == 1


def test_a_trial_changes_without_confirmation(sven, store):
    number = store.shop.subscribe("5", trial_days=30)

    assert send(sven, store, number, quantity="6").status_code == 302


def test_an_ordered_change_is_withdrawn_from_the_page(sven, store, sub):
    send(sven, store, sub, quantity="8", effective_on="2026-03-20")
    change = QuantityChange.objects.get()
    act = f"changes/{change.id}/withdraw/"
    assert act in sven.get(page(sub)).content.decode()
    # 12 of 31 days of 3 seats: 45.00 x 12/31 = 17.42
    assert "−€17.42" in sven.get(page(sub, act)).content.decode()

    assert send(sven, store, sub, act).status_code == 302

    change.refresh_from_db()
    assert change.withdrawn_at is not None
    other = store.shop.subscribe("2")
    assert sven.get(page(other, act)).status_code == 404
    assert send(sven, store, other, act).status_code in (404, 409)


def test_a_cancellation_shows_what_is_given_back_and_is_withdrawn(sven, store, sub):
    text = sven.get(page(sub, "cancel/?cancel_on=2026-03-02")).content.decode()
    # 75.00 x 30/31 = 72.58
    assert "Cancel as of 2 Mar 2026, €72.58 back" in text
    assert "−€72.58" in text
    asked = {"cancel_on": "2026-03-02", "reason": "Too expensive"}

    assert send(sven, store, sub, "cancel/", **asked).status_code == 302
    assert Subscription.objects.get(pk=sub).cancel_reason == "Too expensive"
    assert "€72.58" in sven.get(page(sub, "go-on/")).content.decode()
    assert send(sven, store, sub, "go-on/").status_code == 302

    assert SubBilling.objects.get(pk=sub).cancel_on is None


def test_the_window_of_a_refund_closes_in_the_readers_zone(sven, store, sub):
    PlanPeriod.objects.update(refund_days=7)
    # Seven days from 1 March: until the end of 7 March in Berlin.
    text = sven.get(page(sub, "cancel/")).content.decode()
    assert "8 Mar 2026, 00:00 (Europe/Berlin)" in text
    PlanPeriod.objects.update(refund_days=1)
    assert "nothing is given back" in sven.get(page(sub, "cancel/")).content.decode()


@pytest.mark.parametrize(
    "values", [{"reason": ""}, {"cancel_on": "2026-03-01"}, {"cancel_on": "x"}]
)
def test_a_bad_cancellation_keeps_what_was_typed(sven, store, sub, values):
    asked = {"cancel_on": "2026-04-01", "reason": "Moved <away>", **values}

    answer = send(sven, store, sub, "cancel/", **asked)

    assert answer.status_code == 422
    assert "Moved &lt;away&gt;" in answer.content.decode() or not asked["reason"]
    assert SubBilling.objects.get(pk=sub).cancel_on is None


def test_renewal_is_switched_off_and_on(sven, store, sub):
    # The next term begins on 1 March 2027 and costs 75.00 a month.
    text = sven.get(page(sub, "renewal/")).content.decode()
    assert "from 1 Mar" in text
    assert "−75.00" in text

    assert send(sven, store, sub, "renewal/", auto_renew="no").status_code == 302
    assert not SubBilling.objects.get(pk=sub).auto_renew
    assert send(sven, store, sub, "renewal/", auto_renew="yes").status_code == 302
    assert SubBilling.objects.get(pk=sub).auto_renew


def test_a_seller_holds_and_releases_and_a_customer_cannot(sven, at, store, sub):
    assert send(sven, store, sub, "hold/", reason="Asked by phone").status_code == 302
    assert Subscription.objects.get(pk=sub).admin_hold
    assert send(sven, store, sub, "hold/", reason="Again").status_code == 409
    assert send(sven, store, sub, "release/", reason="Settled").status_code == 302
    assert not Subscription.objects.get(pk=sub).admin_hold

    cleo = at(store.people.cleo)
    assert cleo.post(f"/customer/subscriptions/{sub}/hold/", {"reason": "x"}).status_code == 404
    assert "Hold…" not in cleo.get(f"/customer/subscriptions/{sub}/").content.decode()


def test_an_ended_subscription_offers_and_takes_nothing(sven, store, sub):
    send(sven, store, sub, "cancel/", cancel_on="2026-03-02", reason="Too expensive")
    run_within(day=TODAY, now=NOW)

    assert "Change the quantity…" not in sven.get(page(sub)).content.decode()
    for act, values in (
        ("quantity/", {"quantity": "6", "effective_on": "2026-03-03"}),
        ("cancel/", {"cancel_on": "2026-04-01", "reason": "x"}),
        ("renewal/", {"auto_renew": "no"}),
        ("hold/", {"reason": "x"}),
    ):
        answer = send(sven, store, sub, act, **values)
        assert answer.status_code == 409, act


def test_a_foreign_subscription_does_not_exist(at, store, sub):
    rex = at(store.people.rex)
    for act in ("quantity/", "renewal/", "cancel/", "go-on/", "hold/", "release/"):
        assert rex.get(page(sub, act)).status_code == 404
        assert send(rex, store, sub, act, quantity="6", reason="x").status_code == 404


def test_the_drawer_offers_quantity_and_actions(sven, store, sub):
    text = sven.get(f"/reseller/subscriptions/?open={sub}").content.decode()

    assert page(sub, "quantity/") in text
    for label in ("Renewal off…", "Hold…", "Cancel…"):
        assert label in text


def test_the_pages_of_own_subscriptions_have_no_hold_whatever_stands_in_the_address(sven, sub):
    answer = sven.get(f"/reseller/account/subscriptions/{sub}/")

    assert answer.status_code == 200
    assert "Cancel…" in answer.content.decode()
    assert "Hold…" not in answer.content.decode()


def test_who_may_not_see_prices_acts_without_figures(store, sub):
    viewer = store.people.sven.viewer()
    seeing = viewer.capabilities - {Capability.VIEW_PRICES}
    facts = subscription_facts(replace(viewer, capabilities=seeing), subscription_id=sub)

    effect = preview_quantity(
        facts=facts,
        resource_id=store.shop.seat,
        quantity=Decimal(8),
        effective_on=TODAY,
        actor=SETUP,
        now=NOW,
        today=TODAY,
    )

    shown = effect_shown(facts, effect, today=TODAY, what="more")
    assert shown.rows == []
    assert not any("€" in text for text in shown.notes)
    assert amount_now(facts, effect) == ""
