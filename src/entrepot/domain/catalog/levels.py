"""The levels of a price: which of the units of a quantity each of them charges; pure."""

from dataclasses import dataclass
from decimal import Decimal

from entrepot.domain.catalog.kinds import PriceModel


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """One level of a price, numbered from 0: it counts above `lower_limit` up to `upper_limit`, None for no end."""

    model: PriceModel = PriceModel.FLAT
    number: int = 0
    lower_limit: Decimal = Decimal(0)
    upper_limit: Decimal | None = None

    @property
    def is_flat(self) -> bool:
        """Tell that the price has no other levels."""
        return self.model is PriceModel.FLAT

    def units_of(self, quantity: Decimal) -> Decimal:
        """Return how many of the units this level charges, as `units_at_level` does in the database.

        Source: section 2.4 of the domain reference; docs/billing.md section 4.
        """
        if self.is_flat:
            return quantity
        if self.model is PriceModel.TIERED:
            inside = quantity if self.upper_limit is None else min(quantity, self.upper_limit)
            return max(inside - self.lower_limit, Decimal(0))
        is_reached = quantity > self.lower_limit and (
            self.upper_limit is None or quantity <= self.upper_limit
        )
        return quantity if is_reached else Decimal(0)


FLAT = PriceLevel()
