"""Usage files at agreed factors, and the runs that bill them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.commands import set_exchange_rate, set_margin_rule
from entrepot.domain.resale.models import BillingAccount, MarginBasis
from entrepot.domain.subscriptions.commands import Discount, hold_subscription
from entrepot.domain.subscriptions.errors import SubscriptionInput
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.usage.errors import SubAccountNotBillable
from entrepot.domain.usage.models import (
    MeteredUsage,
    ParkedSubAccount,
    SubAccountLink,
    UsageTotal,
)
from entrepot.domain.usage.totals import StoreSettings
from entrepot.flows.bill import bill
from entrepot.flows.usage_import import (
    MeteredUsageRefused,
    UsageLoaded,
    link_sub_account,
    load_usage,
    record_metered_usage,
)
from tests.domain.resale.shop import EPOCH, Shop, add_price, shop
from tests.domain.usage.support import line, write_file
from tests.support.people import NOW, SETUP

MAY = date(2026, 5, 1)
JUNE_2 = date(2026, 6, 2)
MADE = {"actor": SETUP, "now": NOW}


@pytest.fixture
def store(transactional_db) -> Shop:
    """A pay-as-you-go plan: +10 % by Harbor, +20 % by Ria, cost by Sven; a dollar is 0.80 euro."""
    store = shop()
    Plan.objects.filter(pk=store.plan).update(is_usage=True)
    for seller, ppm in ((store.people.ria, 200_000), (store.people.sven, 0)):
        set_margin_rule(
            seller_id=seller.account_id,
            basis=MarginBasis.COST,
            percent_ppm=ppm,
            valid_from=date(2026, 2, 1),
            **MADE,
        )
    set_exchange_rate(
        from_currency="USD",
        to_currency="EUR",
        rate=Decimal("0.8"),
        on_date=EPOCH,
        source="ECB",
        **MADE,
    )
    return store


def subscribe(store: Shop, **facts: object) -> int:
    number = store.subscribe("0", MAY, **facts)
    bill_day(MAY)
    return number


def rate(currency: str, value: str) -> None:
    set_exchange_rate(
        from_currency=currency,
        to_currency="EUR",
        rate=Decimal(value),
        on_date=EPOCH,
        source="ECB",
        **MADE,
    )


def bill_day(day: date):
    return bill(now=NOW, today=day, actor_name="test", until=day)


def files(folder: Path) -> StoreSettings:
    return StoreSettings(data_dir=folder / "data", memory_limit_mb=64)


def load(
    folder: Path, *lines: dict[str, str], name: str = "may.csv", on: date = JUNE_2
) -> UsageLoaded:
    path = write_file(folder / name, lines)
    return load_usage(path=path, store=files(folder), business_date=on, **MADE)


def link(folder: Path, number: int, sub_account: str = "cleo", on: date = JUNE_2) -> int:
    return link_sub_account(
        provider_name="Stratus",
        sub_account_id=sub_account,
        subscription_id=number,
        store=files(folder),
        business_date=on,
        **MADE,
    )


def usage_charges() -> dict[int, list[Decimal]]:
    found: dict[int, list[Decimal]] = {}
    for charge in Charge.objects.filter(kind="usage").order_by("id"):
        found.setdefault(charge.tier, []).append(charge.net)
    return found


def test_usage_is_charged_on_every_tier_at_its_factor_and_rate(store, tmp_path):
    number = subscribe(store)
    load(tmp_path, line(BilledCost="100"))

    assert link(tmp_path, number) == 3
    assert SubBilling.objects.get(pk=number).due_on == date(2026, 6, 1)
    done = bill(now=NOW, today=JUNE_2, actor_name="test", until=JUNE_2)

    assert sum(day.findings for day in done.days) == 0
    # 100 USD x 0.8 = 80 EUR; x 1.1 = 88; x 1.2 = 105.60; x 1.0 = 105.60.
    assert usage_charges() == {
        1: [Decimal("88.000")],
        2: [Decimal("105.600")],
        3: [Decimal("105.600")],
    }


def test_a_file_makes_its_subscriptions_due_on_the_business_date(store, tmp_path):
    number = subscribe(store)
    load(tmp_path, line(BilledCost="1"))
    link(tmp_path, number)
    bill_days_until(date(2026, 6, 10))
    assert SubBilling.objects.get(pk=number).due_on == date(2026, 7, 1)

    loaded = load(tmp_path, line(BilledCost="100"), name="corrected.csv", on=date(2026, 6, 11))

    assert loaded.due == 1
    assert SubBilling.objects.get(pk=number).due_on == date(2026, 6, 11)
    bill_day(date(2026, 6, 11))
    # 1 USD is 1.056 -> 1.06; 100 USD are 105.60: the difference is 104.54.
    assert usage_charges()[3] == [Decimal("1.060"), Decimal("104.540")]
    assert SubBilling.objects.get(pk=number).due_on == date(2026, 7, 1)


def bill_days_until(day: date) -> None:
    bill(now=NOW, today=day, actor_name="test", until=day)


def test_the_same_file_again_changes_nothing(store, tmp_path):
    number = subscribe(store)
    load(tmp_path, line(BilledCost="100"))
    link(tmp_path, number)

    again = load(tmp_path, line(BilledCost="100"))

    assert again.result.intake is None
    assert UsageTotal.objects.count() == 3


def test_a_discount_reduces_usage_of_its_tier(store, tmp_path):
    number = subscribe(store, discounts={3: Discount(500_000, "Half")})
    load(tmp_path, line(BilledCost="100"))
    link(tmp_path, number)

    bill_days_until(JUNE_2)

    # Half of 105.60.
    assert usage_charges()[3] == [Decimal("52.800")]


def test_a_sub_account_of_which_nothing_can_be_billed_is_not_linked(store, tmp_path):
    number = subscribe(store)
    load(tmp_path, line(BilledCost="100", BillingCurrency="CHF"))

    with pytest.raises(SubAccountNotBillable, match="there is no exchange rate") as refused:
        link(tmp_path, number)

    assert f"billed to SUB-{number}" in str(refused.value)
    assert not SubAccountLink.objects.exists()
    assert not UsageTotal.objects.exists()
    assert ParkedSubAccount.objects.get().mapped_at is None

    rate("CHF", "1.05")
    # One total on each of three tiers.
    assert link(tmp_path, number) == 3
    assert ParkedSubAccount.objects.get().mapped_at is not None


def test_usage_of_a_month_before_the_subscription_waits_and_stays_visible(store, tmp_path):
    number = subscribe(store)
    april = {
        "BillingPeriodStart": "2026-04-01 00:00:00",
        "BillingPeriodEnd": "2026-05-01 00:00:00",
        "ChargePeriodStart": "2026-04-04 10:00:00",
        "ChargePeriodEnd": "2026-04-04 11:00:00",
    }
    load(tmp_path, line(BilledCost="100"), line(BilledCost="7", **april))

    # May is charged on three tiers, April belongs to no subscription.
    assert link(tmp_path, number) == 3

    parked = ParkedSubAccount.objects.get()
    assert (parked.mapped_at, parked.sub_account_id) == (None, "cleo")
    with pytest.raises(SubAccountNotBillable, match="Check when the subscription began"):
        link(tmp_path, number)
    assert {total.period_start for total in UsageTotal.objects.all()} == {MAY}


def test_a_linked_sub_account_whose_next_file_has_no_price_waits_until_it_has_one(store, tmp_path):
    number = subscribe(store)
    load(tmp_path, line(BilledCost="100"))
    link(tmp_path, number)
    assert not ParkedSubAccount.objects.filter(mapped_at=None).exists()

    load(tmp_path, line(BilledCost="50", BillingCurrency="CHF"), name="swiss.csv")
    waiting = ParkedSubAccount.objects.get(mapped_at=None)
    assert (waiting.lines, waiting.billed_cost) == (1, Decimal(50))

    rate("CHF", "1.05")
    load(tmp_path, line(BilledCost="60", BillingCurrency="CHF"), name="swiss-2.csv")
    assert not ParkedSubAccount.objects.filter(mapped_at=None).exists()


def test_a_month_that_is_not_over_waits_for_its_end(store, tmp_path):
    number = subscribe(store)
    load(tmp_path, line(BilledCost="100"), on=date(2026, 5, 10))

    link(tmp_path, number, on=date(2026, 5, 10))

    assert SubBilling.objects.get(pk=number).due_on == date(2026, 6, 1)


def test_a_subscription_that_a_hold_stops_is_not_made_due(store, tmp_path):
    number = subscribe(store)
    BillingAccount.objects.update(bill_on_hold=False)
    hold_subscription(subscription_id=number, reason="abuse", business_date=MAY, **MADE)
    load(tmp_path, line(BilledCost="100"))

    link(tmp_path, number)

    assert SubBilling.objects.get(pk=number).due_on is None


def test_linking_to_an_unknown_subscription_is_refused(store, tmp_path):
    load(tmp_path, line(BilledCost="100"))

    with pytest.raises(NoSuchObject):
        link(tmp_path, 999_999)


def meter(number: int, resource: int, day: date, quantity: str) -> None:
    record_metered_usage(
        subscription_id=number,
        resource_id=resource,
        on_day=day,
        quantity=Decimal(quantity),
        **MADE,
    )


@pytest.fixture
def measured(transactional_db) -> tuple[Shop, int]:
    """Five seats with 2 GB each since 1 May; a GB more costs 1.00, retail 1.50."""
    store = shop()
    add_price(store.period, store.storage, kind=PriceKind.OVERUSE, cost="1")
    number = store.subscribe("5", MAY)
    bill_day(MAY)
    return store, number


def test_measured_units_beyond_the_included_ones_are_charged(measured):
    store, number = measured
    meter(number, store.storage, date(2026, 5, 3), "8")
    meter(number, store.storage, date(2026, 5, 4), "9")
    meter(number, store.storage, date(2026, 5, 4), "4.5")

    bill_days_until(date(2026, 6, 1))

    charge = Charge.objects.get(kind="overuse", tier=3)
    # 8 + 4.5 - 5 x 2 = 2.5 at 1.50 = 3.75.
    assert (charge.quantity, charge.net) == (Decimal("2.5"), Decimal("3.750"))


def test_days_that_are_charged_are_closed(measured):
    store, number = measured
    bill_days_until(date(2026, 6, 1))

    with pytest.raises(MeteredUsageRefused, match="from 2026-06-01 on"):
        meter(number, store.storage, date(2026, 5, 31), "1")

    assert not MeteredUsage.objects.exists()


def test_unusable_measurements_are_refused(measured):
    store, number = measured

    with pytest.raises(SubscriptionInput):
        meter(number, store.storage, date(2026, 5, 3), "-1")
    with pytest.raises(SubscriptionInput):
        meter(number, store.storage, date(9999, 1, 1), "1")
    with pytest.raises(NoSuchObject):
        meter(number, store.seat, date(2026, 5, 3), "1")
    with pytest.raises(NoSuchObject):
        meter(999_999, store.storage, date(2026, 5, 3), "1")
