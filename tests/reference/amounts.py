"""Amounts as exact fractions; shares nothing with `entrepot.kernel.money`."""

from dataclasses import dataclass
from fractions import Fraction

MILLION = 1_000_000


def rounded(value: Fraction, digits: int) -> Fraction:
    """Round half away from zero to a number of decimals."""
    scaled = abs(value) * 10**digits
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**digits)


@dataclass(frozen=True)
class Amounts:
    """What one charge comes to."""

    list_amount: Fraction
    discount: Fraction
    net: Fraction
    tax: Fraction


def amounts_of(*, listed: Fraction, discount_ppm: int, tax_ppm: int, digits: int) -> Amounts:
    """Round list, discount, net and tax, in this order; `listed` is not rounded yet."""
    list_amount = rounded(listed, digits)
    discount = rounded(list_amount * discount_ppm / MILLION, digits)
    net = list_amount - discount
    return Amounts(list_amount, discount, net, rounded(net * tax_ppm / MILLION, digits))
