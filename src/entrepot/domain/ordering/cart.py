"""What is ordered at once, and what it would be billed; pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from entrepot.domain.ordering.rules import Bill
from entrepot.domain.subscriptions.promotions import Promoted

LINES_MAX = 50
KEY_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class Line:
    """One plan of a cart: the period, units by resource id, and what the vendor wants to know."""

    plan_period_id: int
    quantities: Mapping[int, Decimal]
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cart:
    """What somebody orders for an account; `chain_id` None is its only chain, 1 to 50 lines.

    `follows_id` is the subscription in whose place the only line comes: a plan switch.
    """

    customer_id: int
    lines: Sequence[Line]
    chain_id: int | None = None
    purchase_order: str = ""
    promotion_code: str = ""
    follows_id: int | None = None


@dataclass(frozen=True, slots=True)
class EstimatedLine:
    """What one line is billed on each tier, by tier; the last one is the customer's. Promotions are taken off.

    `listed` is what a tier with a promotion would be billed without it, `listed_costs` what a tier would pay if the
    seller above it gave none.
    """

    plan_name: str
    trial_days: int
    bills: Mapping[int, Bill]
    costs: Mapping[int, Bill]
    currencies: Mapping[int, str]
    promotions: Mapping[int, Promoted]
    listed: Mapping[int, Bill]
    listed_costs: Mapping[int, Bill]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a cart is billed without tax, in the currency of the last sale; `tiers` sellers stand above the customer."""

    lines: tuple[EstimatedLine, ...]
    tiers: int
    currency: str
    total: Bill

    @property
    def is_free(self) -> bool:
        """Tell whether it costs nothing though nothing of it is a trial: such an order is confirmed once more."""
        return self.total.first == 0 and not any(line.trial_days for line in self.lines)
