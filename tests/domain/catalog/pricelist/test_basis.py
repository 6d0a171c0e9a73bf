"""A listed price becomes the price of one charge."""

from decimal import Decimal

import pytest

from entrepot.domain.catalog.pricelist.basis import basis_months, charge_unit_price


@pytest.mark.parametrize(("term", "months"), [(1, 1), (12, 12), (36, 12)])
def test_a_price_pays_for_a_month_or_for_one_year(term, months):
    assert basis_months(term_months=term) == months


@pytest.mark.parametrize(
    ("price", "term", "billing", "charge"),
    [
        ("5.76", 1, 1, "5.76"),
        ("60.48", 12, 1, "5.04"),
        # 56.25 / 12 = 4.6875
        ("56.25", 12, 1, "4.6875"),
        # 70.31 / 12 = 5.859166666666|66...
        ("70.31", 12, 1, "5.859166666667"),
        # 0.01 / 12 = 0.000833333333|33...
        ("0.01", 12, 1, "0.000833333333"),
        # 0.000000000006 / 12 = 0.0000000000005, half away from zero
        ("0.000000000006", 12, 1, "0.000000000001"),
        ("57.60", 12, 12, "57.60"),
        ("57.60", 36, 12, "57.60"),
        # A three-year term billed monthly: 57.60 / 12
        ("57.60", 36, 1, "4.80"),
    ],
)
def test_a_charge_costs_its_share_of_the_listed_price(price, term, billing, charge):
    unit_price = charge_unit_price(Decimal(price), term_months=term, billing_months=billing)

    assert unit_price == Decimal(charge)


@pytest.mark.parametrize(("term", "billing"), [(1, 12), (12, 0), (12, 36)])
def test_a_billing_period_outside_of_its_term_is_a_mistake_of_the_caller(term, billing):
    with pytest.raises(ValueError, match="are not a part of"):
        charge_unit_price(Decimal(1), term_months=term, billing_months=billing)
