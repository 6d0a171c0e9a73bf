"""A list is compared with the catalogue, and only what differs is planned."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.catalog.pricelist.diff import diff_price_list, percent_change
from entrepot.domain.catalog.pricelist.reader import read_price_list
from tests.domain.catalog.pricelist.files import (
    JANUARY,
    JULY,
    catalogue,
    csv_file,
    january,
    line,
    read,
    stored,
)

MAY = date(2026, 5, 1)
JULY_1 = date(2026, 7, 1)


def test_january_in_an_empty_catalogue_is_all_new():
    diff = diff_price_list(read_price_list(JANUARY), current=[])

    # Periods: 43 plans x 3 + 17 plans x P3Y annual = 146, each with a price in two zones.
    assert len(diff.new_plans) == 43
    assert len(diff.new_periods) == 146
    assert len(diff.new_prices) == 292
    assert (diff.changed, diff.ended, diff.withdrawn, diff.unchanged) == ((), (), (), 0)


def test_the_same_list_again_plans_nothing():
    diff = diff_price_list(read_price_list(JANUARY), current=january())

    assert diff.is_empty
    assert diff.unchanged == 292
    assert (diff.new_plans, diff.new_periods, diff.withdrawn) == ((), (), ())


def test_july_changes_32_prices_of_four_plans_by_eight_percent():
    diff = diff_price_list(read_price_list(JULY), current=january())

    assert Counter(change.row.title for change in diff.changed) == {
        "Microsoft 365 Business Basic": 8,
        "Microsoft 365 E3": 8,
        "Microsoft 365 E5": 8,
        "Office 365 E3": 8,
    }
    assert {change.effective_from for change in diff.changed} == {JULY_1}
    assert (diff.new_plans, diff.new_periods, diff.new_prices, diff.ended) == ((), (), (), ())
    assert (diff.withdrawn, diff.unchanged) == ((), 260)
    # The vendor rounds to cents: 20.54 -> 22.18 is 7.984 %, 66.96 -> 72.36 is 8.0645 %.
    percents = [p for change in diff.changed for p in (change.cost_percent, change.retail_percent)]
    assert {round(p) for p in percents if p is not None} == {8}
    assert (min(percents), max(percents)) == (Decimal("7.98"), Decimal("8.06"))


def test_a_changed_price_tells_old_new_and_percent():
    diff = diff_price_list(read_price_list(JULY), current=january())
    change = next(
        change
        for change in diff.changed
        if change.row.title == "Office 365 E3" and change.row.key[3:7] == (12, 12, "DE", "EUR")
    )

    assert (change.old.unit_cost, change.row.unit_cost) == (Decimal("205.34"), Decimal("221.76"))
    assert (change.old.retail_price, change.row.retail_price) == (
        Decimal("256.68"),
        Decimal("277.20"),
    )
    # 221.76 / 205.34 = 1.07996...; 277.20 / 256.68 = 1.07994...
    assert (change.cost_percent, change.retail_percent) == (Decimal("8.00"), Decimal("7.99"))
    assert not change.is_correction


def test_july_and_then_either_list_again_plan_nothing():
    parsed = read_price_list(JULY)
    prices = catalogue(parsed, diff_price_list(parsed, current=january()), january())

    assert len(prices) == 292 + 32
    assert diff_price_list(parsed, current=prices).is_empty
    assert diff_price_list(read_price_list(JANUARY), current=prices).is_empty


def test_january_after_july_fills_the_months_before():
    parsed = read_price_list(JULY)
    prices = catalogue(parsed, diff_price_list(parsed, current=[]))

    diff = diff_price_list(read_price_list(JANUARY), current=prices)

    assert len(diff.new_prices) == 292
    assert {new.valid_to for new in diff.new_prices} == {JULY_1}
    assert (diff.new_plans, diff.changed) == ((), ())


def test_a_change_before_a_scheduled_price_ends_where_that_one_starts():
    start = stored(csv_file(line()))
    july = read(csv_file(line(UnitPrice="70.00", EffectiveStartDate="2026-07-01")))
    prices = catalogue(july, diff_price_list(july, current=start), start)

    may = read(csv_file(line(UnitPrice="65.00", EffectiveStartDate="2026-05-01")))
    (change,) = diff_price_list(may, current=prices).changed

    assert (change.effective_from, change.valid_to) == (MAY, JULY_1)
    assert change.old.unit_cost == Decimal("60.48")


def test_another_price_on_the_same_first_day_is_a_correction():
    (change,) = diff_price_list(
        read(csv_file(line(ERP_Price="76.00"))), current=stored(csv_file(line()))
    ).changed

    assert change.is_correction
    # Only the recommended price changes: 76.00 / 75.60 = 1.00529...
    assert (change.cost_percent, change.retail_percent) == (Decimal("0.00"), Decimal("0.53"))


def test_a_price_that_now_ends_is_closed_once():
    start = stored(csv_file(line()))
    ending = read(csv_file(line(EffectiveEndDate="2026-06-30T23:59:59.9999999Z")))

    diff = diff_price_list(ending, current=start)

    (end,) = diff.ended
    assert (end.valid_to, end.old.valid_to) == (JULY_1, None)
    assert diff_price_list(ending, current=catalogue(ending, diff, start)).is_empty


def test_a_price_that_comes_back_after_its_end_is_new():
    start = stored(csv_file(line(EffectiveEndDate="2026-03-31")))

    diff = diff_price_list(read(csv_file(line(EffectiveStartDate="2026-05-01"))), current=start)

    assert [new.row.valid_from for new in diff.new_prices] == [MAY]
    assert (diff.new_plans, diff.new_periods) == ((), ())


def test_a_price_missing_from_the_list_is_reported_as_withdrawn():
    start = stored(csv_file(line(), line(SkuId="0009"), line(Market="DE", Currency="EUR")))

    diff = diff_price_list(read(csv_file(line())), current=start)

    # The German price is not withdrawn: the list does not cover that market.
    assert [(price.key.sku_id, price.key.market) for price in diff.withdrawn] == [("0009", "US")]
    assert diff.is_empty


def test_a_rejected_row_is_not_a_withdrawal():
    start = stored(csv_file(line(), line(SkuId="0009")))

    diff = diff_price_list(
        read(csv_file(line(), line(SkuId="0009", UnitPrice="-1"))), current=start
    )

    assert diff.withdrawn == ()


def test_a_new_period_of_a_known_plan_is_no_new_plan():
    start = stored(csv_file(line()))

    diff = diff_price_list(read(csv_file(line(), line(BillingPlan="Annual"))), current=start)

    assert diff.new_plans == ()
    assert [row.billing_months for row in diff.new_periods] == [12]
    assert len(diff.new_prices) == 1


def test_a_plan_known_without_a_price_is_not_new():
    parsed = read(csv_file(line()))
    key = parsed.rows[0].key

    diff = diff_price_list(parsed, current=[], known_plans=[key.plan], known_periods=[key.period])

    assert (diff.new_plans, diff.new_periods) == ((), ())
    assert len(diff.new_prices) == 1


def test_the_plan_does_not_depend_on_the_order_of_rows():
    parsed = read_price_list(JULY)
    turned = replace(parsed, rows=tuple(reversed(parsed.rows)))

    assert diff_price_list(turned, current=january()) == diff_price_list(parsed, current=january())


@pytest.mark.parametrize(
    ("old", "new", "percent"),
    [
        ("100", "108", "8.00"),
        ("100", "92", "-8.00"),
        # 100.005 / 100 = 0.005 %, half away from zero
        ("100", "100.005", "0.01"),
        ("100", "99.995", "-0.01"),
        ("1", "0", "-100.00"),
    ],
)
def test_a_percentage_is_rounded_to_two_decimals(old, new, percent):
    assert percent_change(old=Decimal(old), new=Decimal(new)) == Decimal(percent)


def test_a_price_of_zero_has_no_percentage():
    assert percent_change(old=Decimal(0), new=Decimal(1)) is None
