"""What a price of the list stands for, and what one charge of it costs.

Source: docs/decisions, price basis of the price list. For P1M the price is that of a month, for
P1Y and P3Y that of one year, whatever the billing plan.
"""

from decimal import Decimal
from fractions import Fraction

from entrepot.kernel.money import quantize_unit_price

YEAR_MONTHS = 12


def basis_months(*, term_months: int) -> int:
    """Count the months that a price of the list pays for: 1 for a month's term, else 12."""
    return min(term_months, YEAR_MONTHS)


def charge_unit_price(price: Decimal, *, term_months: int, billing_months: int) -> Decimal:
    """Compute the price of one unit for one charge of `billing_months`, to twelve decimals.

    A yearly price billed monthly is one twelfth, rounded half away from zero; the amount of the
    charge is rounded again at its currency. A three-year term billed annually charges the price
    of one year each year. Raises: ValueError unless 1 <= billing_months <= term_months.
    """
    if not 1 <= billing_months <= term_months:
        raise ValueError(f"{billing_months} months are not a part of {term_months}")
    share = Fraction(billing_months, basis_months(term_months=term_months))
    return quantize_unit_price(Fraction(price) * share)
