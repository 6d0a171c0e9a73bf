"""Starting a subscription: the rows of docs/billing.md section 2, and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.commands import Overlay, open_chain, set_plan_overlay
from entrepot.domain.resale.models import AgreedPrice
from entrepot.domain.subscriptions.commands import Discount, start_subscription
from entrepot.domain.subscriptions.errors import OrderRefused, SubscriptionInput
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import (
    SubBilling,
    Subscription,
    SubscriptionEvent,
    SubscriptionItem,
)
from entrepot.flows.daily_billing import run_day
from entrepot.infra.audit.models import AuditEntry
from tests.domain.resale.shop import START, Shop, shop
from tests.support.people import NOW, SETUP


@pytest.fixture
def store(db) -> Shop:
    return shop()


def test_a_subscription_without_trial_is_stored_with_an_empty_period_on_its_first_day(store):
    number = store.subscribe("5", vendor_reference="  MPN-77 ")

    billing = SubBilling.objects.get(pk=number)
    assert billing.status is Status.ACTIVE
    assert {billing.period_start, billing.period_end, billing.term_end, billing.due_on} == {START}
    assert (billing.anchor_day, billing.term_months, billing.billing_months) == (1, 12, 1)
    wide = Subscription.objects.get(pk=number)
    assert (wide.status, wide.quantity, wide.is_own) == (Status.ACTIVE, Decimal(5), False)
    assert wide.customer_path == Account.objects.get(pk=store.people.cleo.account_id).path
    assert wide.search_text == f"cleo clinics mail basic sub-{number} mpn-77"
    items = SubscriptionItem.objects.filter(subscription_id=number).order_by("position")
    # Storage is measured and gets the seats' quantity: 2 GB included for each of the 5.
    assert [(i.quantity, i.included, i.is_measured) for i in items] == [
        (Decimal(5), Decimal(0), False),
        (Decimal(5), Decimal(2), True),
    ]
    assert SubscriptionEvent.objects.get(subscription_id=number).kind == "ordered"
    assert AuditEntry.objects.filter(object_kind="subscription", object_id=number).count() == 1


def test_a_trial_waits_for_its_end_and_has_no_period(store):
    number = store.subscribe("1", trial_days=14)

    billing = SubBilling.objects.get(pk=number)
    assert billing.status is Status.TRIAL
    assert billing.trial_end == billing.due_on == date(2026, 3, 15)
    assert (billing.period_start, billing.period_end, billing.term_end) == (None, None, None)
    assert billing.anchor_day == 15


def test_the_first_run_bills_every_tier_at_its_own_price(store):
    number = store.subscribe("5")

    result = run_day(day=START, now=datetime(2026, 3, 1, 3, tzinfo=UTC))

    assert (result.quarantined, result.documents) == (0, 3)
    seat = SubscriptionItem.objects.get(subscription_id=number, resource_id=store.seat)
    found = {p.tier: p.unit_price for p in AgreedPrice.objects.filter(item_id=seat.id)}
    assert found == {1: Decimal(11), 2: Decimal(12), 3: Decimal(15)}


def test_a_discount_is_carried_over_to_the_price_of_the_first_term(store):
    number = store.subscribe("10", discounts={3: Discount(100_000, "Welcome")})

    run_day(day=START, now=datetime(2026, 3, 1, 3, tzinfo=UTC))

    item = SubscriptionItem.objects.get(subscription_id=number, resource_id=store.seat)
    rows = AgreedPrice.objects.filter(item_id=item.id, tier=3).order_by("valid_from")
    assert [(r.unit_price, r.discount_ppm, r.valid_from, r.valid_to) for r in rows] == [
        (Decimal(0), 100_000, date(2026, 2, 28), START),
        (Decimal(15), 100_000, START, None),
    ]
    charge = Charge.objects.get(item_id=item.id, tier=3)
    # 10 x 15.00 = 150.00, less 10 % = 135.00; 19 % of it is 25.65.
    assert (charge.list_amount, charge.net, charge.tax) == (
        Decimal("150.000"),
        Decimal("135.000"),
        Decimal("25.650"),
    )


def test_a_measured_resource_without_price_gets_no_discount_row(store):
    number = store.subscribe("1", discounts={3: Discount(100_000, "Welcome")})

    storage = SubscriptionItem.objects.get(subscription_id=number, resource_id=store.storage)
    assert not AgreedPrice.objects.filter(item_id=storage.id).exists()


def test_a_resellers_own_subscription_is_marked(store):
    sven = store.people.sven.account_id
    open_chain(customer_id=sven, market="DE", actor=SETUP, now=NOW, today=START)

    number = start_subscription(
        customer_id=sven,
        plan_period_id=store.period,
        quantities={store.seat: Decimal(1)},
        start_on=START,
        actor=SETUP,
        now=NOW,
    )

    wide = Subscription.objects.get(pk=number)
    assert wide.is_own
    assert wide.seller_id == store.people.ria.account_id


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ("-1", "quantity_negative"),
        ("1.5", "quantity_not_whole"),
        ("1000000000", "quantity_too_large"),
        ("0", "quantity_all_zero"),
        ("NaN", "quantity_too_large"),
    ],
)
def test_unusable_quantities_are_refused_and_leave_nothing(store, quantity, code):
    with pytest.raises(SubscriptionInput) as caught:
        store.subscribe(quantity)

    assert caught.value.code == code
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"start_on": date(1, 1, 1)}, "subscription_date_out_of_bounds"),
        ({"start_on": date(9999, 1, 1)}, "subscription_date_out_of_bounds"),
        ({"trial_days": -1}, "trial_days_out_of_bounds"),
        ({"anchor_day": 32}, "anchor_day_out_of_bounds"),
        ({"discounts": {4: Discount(1, "x")}}, "subscription_discount_unusable"),
        ({"discounts": {3: Discount(1_000_001, "x")}}, "subscription_discount_unusable"),
        ({"vendor_reference": "x" * 121}, "subscription_text_unusable"),
        ({"purchase_order": "PO\u202e7"}, "subscription_text_unusable"),
    ],
)
def test_unusable_facts_are_refused_and_leave_nothing(store, facts, code):
    with pytest.raises(SubscriptionInput) as caught:
        store.subscribe(**facts)

    assert caught.value.code == code
    assert not Subscription.objects.exists()


def test_a_resource_of_another_plan_is_refused(store):
    with pytest.raises(SubscriptionInput) as caught:
        start_subscription(
            customer_id=store.people.cleo.account_id,
            plan_period_id=store.period,
            quantities={999: Decimal(1)},
            start_on=START,
            actor=SETUP,
            now=NOW,
        )

    assert caught.value.code == "resource_not_in_plan"


@pytest.mark.parametrize("who", ["cleo", "sven", "ria"])
def test_nothing_is_ordered_while_the_customer_or_a_seller_above_it_is_on_hold(store, who):
    number = store.people.all[who].account_id
    Account.objects.filter(pk=number).update(credit_hold=True)

    with pytest.raises(OrderRefused) as caught:
        store.subscribe()

    assert caught.value.code == "account_on_hold"
    assert caught.value.object == f"ACC-{number}"


def test_a_withdrawn_plan_is_refused(store):
    Plan.objects.filter(pk=store.plan).update(is_published=False)

    with pytest.raises(OrderRefused, match="is not sold"):
        store.subscribe()


def test_a_plan_that_a_seller_hides_is_refused_for_everybody_below_who_did_not_publish_it(store):
    people = store.people
    set_plan_overlay(
        account_id=people.ria.account_id,
        plan_id=store.plan,
        overlay=Overlay(is_published=False),
        actor=SETUP,
        now=NOW,
    )
    with pytest.raises(OrderRefused, match="is not sold"):
        store.subscribe()

    set_plan_overlay(
        account_id=people.sven.account_id,
        plan_id=store.plan,
        overlay=Overlay(is_published=True),
        actor=SETUP,
        now=NOW,
    )
    assert store.subscribe()
