"""Price, cost and margin of one unit; pure.

The margin is a share of the price: (price - cost) / price. A mark-up is a share of the cost.
"""

from decimal import Decimal
from fractions import Fraction

from entrepot.domain.resale.errors import ResaleInput
from entrepot.kernel.money import PPM, round_amount

MARGIN_DECIMALS = 6


def margin_of(*, price: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """Give the margin as a share of one at six decimals; None where an amount is unknown or the price is zero."""
    if price is None or cost is None or price == 0:
        return None
    return round_amount(Fraction(price - cost) / Fraction(price), exp=MARGIN_DECIMALS)


def price_for_margin(*, cost: Decimal, margin: Decimal, digits: int) -> Decimal:
    """Give the price at which a cost leaves a margin (a share of one), rounded to `digits` decimals.

    Raises: ResaleInput `margin_no_price` for a margin of 100 % and more, and where the unit costs nothing.
    """
    if margin >= 1 or cost == 0:
        raise ResaleInput(
            "margin_no_price",
            "No price leaves this margin.",
            field="margin",
            next_step="Give a margin below 100 % for something that costs money, or the price itself.",
        )
    return round_amount(Fraction(cost) / (1 - Fraction(margin)), exp=digits)


def price_by_percent(*, basis: Decimal, percent_ppm: int, digits: int) -> Decimal:
    """Give the price that a rule makes of a cost or recommended retail price; rounded to `digits` decimals.

    Source: rule 8 of section 3 of docs/billing.md.
    """
    return round_amount(Fraction(basis) * (PPM + percent_ppm) / PPM, exp=digits)
