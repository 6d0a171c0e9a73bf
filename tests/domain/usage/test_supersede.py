"""What a newer file bills."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.domain.usage.supersede import (
    NOTHING,
    Difference,
    Running,
    TotalKey,
    differences,
)
from entrepot.kernel.currencies import EXPONENTS
from entrepot.kernel.money import round_amount

KEY = TotalKey(7, "VM-1", date(2026, 5, 1), 1, "USD")
OTHER = TotalKey(7, "VM-2", date(2026, 5, 1), 1, "USD")


def _running(amount: str) -> Running:
    return Running(lines=1, quantity=Decimal(2), cost=Decimal(amount), amount=Decimal(amount))


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return round_amount(amount, exp=EXPONENTS[currency])


def _charge(before: str, after: str) -> Decimal:
    difference = Difference(KEY, _running(before), _running(after))
    return difference.charge(round_amount=_rounded)


def test_the_same_totals_again_change_nothing() -> None:
    known = {KEY: _running("1.5")}

    assert list(differences(before=known, after=known.items())) == []


def test_a_new_key_starts_from_nothing() -> None:
    (difference,) = differences(before={}, after=[(KEY, _running("1.5"))])

    assert (difference.before, difference.after) == (NOTHING, _running("1.5"))


def test_a_key_that_vanished_goes_back_to_zero() -> None:
    known = {KEY: _running("1.5"), OTHER: _running("2")}

    (difference,) = differences(before=known, after=[(KEY, _running("1.5"))])

    assert (difference.key, difference.cost) == (OTHER, Decimal(-2))
    assert difference.charge(round_amount=_rounded) == Decimal("-2.00")


def test_a_key_that_is_given_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        list(differences(before={}, after=[(KEY, _running("1")), (KEY, _running("2"))]))


@pytest.mark.parametrize(
    ("before", "after", "charge"),
    [
        # round(0.004) = 0.00, round(0.006) = 0.01
        ("0.004", "0.006", "0.01"),
        # round(0.005) = 0.01, round(0.014) = 0.01
        ("0.005", "0.014", "0.00"),
        # round(-0.005) = -0.01, round(0.005) = 0.01
        ("-0.005", "0.005", "0.02"),
    ],
)
def test_a_charge_is_the_difference_of_the_rounded_totals(
    before: str, after: str, charge: str
) -> None:
    assert _charge(before, after) == Decimal(charge)


@given(st.lists(st.decimals(-(10**9), 10**9, places=12, allow_nan=False), min_size=1, max_size=20))
def test_the_charges_of_any_row_of_files_add_up_to_the_rounded_newest_total(
    amounts: list[Decimal],
) -> None:
    charged = Decimal(0)
    known: dict[TotalKey, Running] = {}
    for amount in amounts:
        after = {KEY: Running(lines=1, quantity=Decimal(1), cost=amount, amount=amount)}
        for difference in differences(before=known, after=after.items()):
            charged += difference.charge(round_amount=_rounded)
        known = after

    assert charged == _rounded(amounts[-1], "USD")
