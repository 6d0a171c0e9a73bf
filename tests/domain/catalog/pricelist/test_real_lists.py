"""The two lists of 2026 are read whole."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.catalog.pricelist.reader import read_price_list
from tests.domain.catalog.pricelist.files import JANUARY, JULY


@pytest.mark.parametrize(
    ("path", "day"),
    [(JANUARY, date(2026, 1, 1)), (JULY, date(2026, 7, 1))],
    ids=["january", "july"],
)
def test_a_real_list_has_292_rows_and_no_errors(path, day):
    parsed = read_price_list(path)

    assert len(parsed.rows) == parsed.row_count == 292
    assert parsed.errors == ()
    assert parsed.name == path.name
    assert parsed.effective_from == day
    assert {(row.valid_from, row.valid_to) for row in parsed.rows} == {(day, None)}
    assert not parsed.reordered


def test_the_january_list_is_known_by_the_digest_of_its_bytes():
    # sha256sum nce-price-list-2026-01.csv
    assert (
        read_price_list(JANUARY).sha256
        == "1a8c214e3fe05ef75eae2939560162dd6fda9e27eb25398dd7e3e34acabfaab2"
    )


def test_the_first_row_of_january_is_read_field_by_field():
    row = read_price_list(JANUARY).rows[0]

    assert row.line_number == 2
    assert (row.product_id, row.sku_id, row.segment) == ("CFQ7TTC0LH18", "0001", "Commercial")
    assert row.title == row.product_title == row.sku_title == "Microsoft 365 Business Basic"
    assert (row.publisher, row.description, row.tags) == ("Microsoft Corporation", "", "")
    assert (row.unit_of_measure, row.range_min, row.range_max) == ("1 License", None, None)
    assert (row.term_months, row.billing_months) == (1, 1)
    assert (row.market, row.currency) == ("US", "USD")
    assert (row.unit_cost, row.retail_price) == (Decimal("5.76"), Decimal("7.20"))
    assert row.raw[11] == "5.76"
    assert row.raw[17] == "7.20"


def test_the_lists_hold_43_plans_in_two_zones_and_four_kinds_of_period():
    rows = read_price_list(JANUARY).rows

    # 43 plans x (P1M monthly, P1Y monthly, P1Y annual) + 17 plans x P3Y annual = 146 per zone.
    assert len({row.key.plan for row in rows}) == 43
    assert Counter(row.key.zone for row in rows) == {("US", "USD"): 146, ("DE", "EUR"): 146}
    assert Counter((row.term_months, row.billing_months) for row in rows) == {
        (1, 1): 86,
        (12, 1): 86,
        (12, 12): 86,
        (36, 12): 34,
    }
