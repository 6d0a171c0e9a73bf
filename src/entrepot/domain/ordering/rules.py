"""What an order will be billed, worked out as the daily run does; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrepot.kernel.money import round_amount

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class PricedItem:
    """One charge of an order on one tier: units and the price of one for a period, or the fee of the first one.

    Promotions take parts per million off the price and off the fee.
    """

    quantity: Decimal
    recurring: Decimal = Decimal(0)
    setup: Decimal = Decimal(0)
    recurring_ppm: int = 0
    setup_ppm: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """Amounts without tax: what the first bill takes, and what each further whole period takes."""

    first: Decimal
    period: Decimal


def bill_of(items: Sequence[PricedItem], *, exponent: int) -> Bill:
    """Add up what the items are billed, each charge rounded by itself (docs/billing.md section 4).

    A setup fee is charged once per item, whatever its quantity; items without units are not charged.
    """
    period = sum(
        (_less(one.recurring * one.quantity, one.recurring_ppm, exponent) for one in items),
        Decimal(0),
    )
    setup = sum((_less(one.setup, one.setup_ppm, exponent) for one in items), Decimal(0))
    return Bill(first=period + setup, period=period)


def _less(listed: Decimal, ppm: int, exponent: int) -> Decimal:
    amount = round_amount(listed, exp=exponent)
    return amount - round_amount(amount * ppm / PPM, exp=exponent)


def is_within_credit(
    *, limit: Decimal | None, owed: Decimal, ordered: Decimal, amount: Decimal
) -> bool:
    """Tell whether an order may go on without payment: no limit, or room for it beside what is owed and ordered.

    What costs nothing or gives something back needs no room. `owed` is what the buyer owes, invoiced or not
    (negative: it has credit), `ordered` the orders before this one that are open or not yet charged. Source: vector 9
    of the domain reference: owed 40, limit 100, ordered 30 leave 30, too little for 40.
    """
    return limit is None or amount <= 0 or amount <= limit - owed - ordered
