"""Facts that ordering publishes in its transactions; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.ordering.lifecycle import Code


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """An order reached another status code; `before` is None for a new one."""

    order_id: int
    tenant_id: int
    subscription_id: int
    before: Code | None
    after: Code
    at: datetime
