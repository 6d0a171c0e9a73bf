"""The smallest and largest prices, overlapping periods and odd hours: exact, or refused without a trace."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from entrepot.domain.billing.lifecycle import QuarantineReason
from entrepot.domain.billing.models import BillingRun, Charge, Invoice, Quarantine
from entrepot.domain.catalog.models import CatalogPrice
from entrepot.domain.resale.models import MarginRule, SellerPrice
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.tax.models import TaxRule
from entrepot.flows.bill import BillState, bill, hub_today
from tests.domain.resale.shop import START, Shop, add_period, shop
from tests.support.people import NOW


@pytest.fixture
def store(transactional_db) -> Shop:
    return shop()


def bill_day(day: date, now: datetime = NOW):
    return bill(now=now, today=day, actor_name="test", until=day)


def test_a_millionth_of_a_euro_a_million_times_is_a_euro(store):
    # Prices of margins have the decimals of the currency unless their rule says more.
    MarginRule.objects.update(digits=12)
    CatalogPrice.objects.update(unit_cost=Decimal("0.0000005"), retail_price=Decimal("0.000001"))
    store.subscribe("1000000")

    bill_day(START)

    # Tier 1: 0.0000005 + 10 % = 0.00000055; tier 2: 0.000001 - 20 %; tier 3: 0.000001; each x 1,000,000.
    nets = dict(Charge.objects.values_list("tier", "net"))
    assert nets == {1: Decimal("0.550"), 2: Decimal("0.800"), 3: Decimal("1.000")}


def test_an_amount_beyond_its_column_is_put_aside_and_everything_else_is_billed(store):
    usual = store.subscribe("5")
    plan_period = add_period(store.plan, store.seat, term_months=1)
    # 999,999,999,999 x 10,000,000 has 19 digits; amounts have 17 before the point.
    CatalogPrice.objects.filter(plan_period_id=plan_period).update(
        unit_cost=Decimal(999_999_999_999), retail_price=Decimal(999_999_999_999)
    )
    sold = store.period
    object.__setattr__(store, "period", plan_period)
    huge = store.subscribe("10000000")
    object.__setattr__(store, "period", sold)

    result = bill_day(START)

    assert result.state is BillState.DONE
    assert [day.findings for day in result.days] == [0]
    aside = Quarantine.objects.get()
    assert (aside.subscription_id, aside.reason) == (huge, QuarantineReason.BAD_DATA)
    assert "out of range" in str(aside.detail) or "overflow" in str(aside.detail)
    assert set(Charge.objects.values_list("subscription_id", flat=True)) == {usual}
    assert Invoice.objects.count() == 3
    assert SubBilling.objects.get(pk=huge).due_on == START


def again(row, **facts: object) -> None:
    """Store a second row like one there is, with other dates."""
    row.pk = None
    for name, value in facts.items():
        setattr(row, name, value)
    with transaction.atomic():
        row.save(force_insert=True)


def test_two_prices_for_one_day_cannot_be_stored(store):
    known = CatalogPrice.objects.get()

    with pytest.raises(IntegrityError, match="catalog_price_no_overlap"):
        again(known, valid_from=known.valid_from + timedelta(days=10))

    assert CatalogPrice.objects.count() == 1


def test_two_tax_rules_for_one_day_cannot_be_stored(store):
    known = TaxRule.objects.get()

    with pytest.raises(IntegrityError, match="tax_rule_no_overlap"):
        again(known, valid_from=known.valid_from + timedelta(days=10))

    assert TaxRule.objects.count() == 1


def test_two_own_prices_for_one_day_cannot_be_stored(store):
    facts = {
        "seller_id": store.people.sven.account_id,
        "plan_period_id": store.period,
        "resource_id": store.seat,
        "kind": "recurring",
        "currency": "EUR",
        "unit_price": Decimal(15),
    }
    SellerPrice.objects.create(valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1), **facts)
    # The day after the last one is free, the last one is not.
    SellerPrice.objects.create(valid_from=date(2026, 2, 1), **facts)

    with pytest.raises(IntegrityError, match="seller_price_no_overlap"), transaction.atomic():
        SellerPrice.objects.create(valid_from=date(2026, 1, 31), valid_to=date(2026, 2, 1), **facts)

    assert SellerPrice.objects.count() == 2


@pytest.mark.parametrize("days", [0, -1])
def test_a_price_that_ends_before_it_starts_cannot_be_stored(store, days):
    known = CatalogPrice.objects.get()
    first = date(2025, 1, 1)

    with pytest.raises(IntegrityError):
        again(known, valid_from=first, valid_to=first + timedelta(days=days))

    assert CatalogPrice.objects.count() == 1


def test_the_hours_that_summer_time_skips_and_repeats_are_billed_once(store):
    store.subscribe("5", date(2026, 3, 29))
    # In Berlin 29 March 2026 has no 02:30; 01:30 UTC is 03:30 there, and both belong to one day.
    for hour, minute in ((0, 30), (1, 30), (0, 30)):
        now = datetime(2026, 3, 29, hour, minute, tzinfo=UTC)
        bill_day(hub_today(now=now), now)

    assert [run.day for run in BillingRun.objects.all()] == [date(2026, 3, 29)]
    # One charge on each of three tiers.
    assert Charge.objects.count() == 3


def test_the_doubled_hour_in_autumn_and_a_clock_set_back_start_no_second_run(store):
    store.subscribe("5", date(2026, 10, 25))
    # 02:30 comes twice in Berlin on 25 October 2026: at 00:30 and at 01:30 UTC; then the clock goes back an hour.
    for hour in (0, 1, 0):
        now = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        assert hub_today(now=now) == date(2026, 10, 25)
        bill_day(hub_today(now=now), now)

    assert BillingRun.objects.count() == 1
    assert Charge.objects.count() == 3
