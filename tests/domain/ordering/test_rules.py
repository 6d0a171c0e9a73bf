"""What an order is billed, and whether it has to be paid first."""

from decimal import Decimal

import pytest

from entrepot.domain.ordering.rules import Bill, PricedItem, bill_of, is_within_credit


def _item(quantity: str, recurring: str, setup: str = "0") -> PricedItem:
    return PricedItem(
        quantity=Decimal(quantity), recurring=Decimal(recurring), setup=Decimal(setup)
    )


def test_setup_is_charged_once_per_item_whatever_the_units():
    assert bill_of([_item("5", "12", "10"), _item("1", "0", "2")], exponent=2) == Bill(
        first=Decimal("72.00"), period=Decimal("60.00")
    )


def test_each_charge_is_rounded_by_itself():
    # Twice 0.005 is 0.02, not 0.01: charges are rounded before they are added up.
    assert bill_of([_item("1", "0.005"), _item("1", "0.005")], exponent=2).period == Decimal("0.02")
    assert bill_of([_item("3", "0.4")], exponent=0).period == Decimal(1)


@pytest.mark.parametrize(
    ("limit", "owed", "ordered", "amount", "fits"),
    [
        # Vector 9 of the domain reference.
        ("100", "40", "30", "40", False),
        ("100", "40", "30", "30", True),
        ("100", "-40", "30", "110", True),
        (None, "1000000", "0", "1", True),
        ("0", "0", "0", "0", True),
    ],
)
def test_an_order_beyond_the_credit_limit_waits_for_payment(limit, owed, ordered, amount, fits):
    assert (
        is_within_credit(
            limit=None if limit is None else Decimal(limit),
            owed=Decimal(owed),
            ordered=Decimal(ordered),
            amount=Decimal(amount),
        )
        is fits
    )
