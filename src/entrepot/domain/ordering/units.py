"""The units that a change order wants, and how the order keeps them; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Units:
    """A new total of units of a resource, not before a day, and how many there were when it was ordered."""

    resource_id: int
    before: Decimal
    quantity: Decimal
    from_day: date

    @property
    def stored(self) -> dict[str, Any]:
        """Give it as the order keeps it."""
        return {
            "resource_id": self.resource_id,
            "before": str(self.before),
            "quantity": str(self.quantity),
            "from_day": self.from_day.isoformat(),
        }


def units_of(facts: Mapping[str, Any] | None) -> Units | None:
    """Read what a change order keeps of changed units; None for an order of another kind."""
    if facts is None or "resource_id" not in facts:
        return None
    return Units(
        resource_id=facts["resource_id"],
        before=Decimal(facts["before"]),
        quantity=Decimal(facts["quantity"]),
        from_day=date.fromisoformat(facts["from_day"]),
    )
