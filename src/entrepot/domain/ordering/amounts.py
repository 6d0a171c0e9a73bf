"""What an order takes on each sale of its chain, as the order keeps it; pure.

Positive: the buyer of a sale owes its seller. Amounts are without tax, in the currency of their sale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.domain.ordering.rules import Bill


@dataclass(frozen=True, slots=True)
class SaleAmounts:
    """One sale: what its buyer is billed, and what its seller pays for that, None where it is not known.

    `listed` and `listed_cost` are the same without promotions, None where none was taken.
    """

    tier: int
    seller_id: int
    currency: str
    price: Bill
    cost: Bill | None
    listed: Bill | None = None
    listed_cost: Bill | None = None


@dataclass(frozen=True, slots=True)
class OrderAmounts:
    """All sales of an order by tier, the customer's last, at the prices of `on_day`."""

    on_day: date
    sales: Sequence[SaleAmounts]

    @property
    def stored(self) -> dict[str, Any]:
        """Give it as the order keeps it."""
        return {"on_day": self.on_day.isoformat(), "sales": [_stored(one) for one in self.sales]}

    @property
    def last(self) -> SaleAmounts:
        """Give the sale to the customer."""
        return self.sales[-1]

    def of_seller(self, seller_id: int) -> SaleAmounts | None:
        """Give the sale of an account, None for one that sells nothing of it."""
        return next((one for one in self.sales if one.seller_id == seller_id), None)


def amounts_of(facts: Mapping[str, Any] | None) -> OrderAmounts | None:
    """Read what an order keeps; None for an order of the time when they were not kept."""
    if facts is None:
        return None
    sales = [
        SaleAmounts(
            tier=one["tier"],
            seller_id=one["seller_id"],
            currency=one["currency"],
            price=Bill(Decimal(one["price"][0]), Decimal(one["price"][1])),
            cost=_bill(one["cost"]),
            listed=_bill(one.get("listed")),
            listed_cost=_bill(one.get("listed_cost")),
        )
        for one in facts["sales"]
    ]
    return OrderAmounts(date.fromisoformat(facts["on_day"]), sales)


def _stored(one: SaleAmounts) -> dict[str, Any]:
    always = {
        "tier": one.tier,
        "seller_id": one.seller_id,
        "currency": one.currency,
        "price": _texts(one.price),
        "cost": _texts(one.cost),
    }
    listed = {"listed": _texts(one.listed), "listed_cost": _texts(one.listed_cost)}
    return always | {name: texts for name, texts in listed.items() if texts is not None}


def _texts(bill: Bill | None) -> list[str] | None:
    return None if bill is None else [str(bill.first), str(bill.period)]


def _bill(texts: Sequence[str] | None) -> Bill | None:
    return None if texts is None else Bill(Decimal(texts[0]), Decimal(texts[1]))
