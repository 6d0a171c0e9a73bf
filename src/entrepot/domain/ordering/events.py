"""Facts that ordering publishes in its transactions; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.ordering.lifecycle import Code


@dataclass(frozen=True, slots=True)
class OrdersMoved:
    """Orders of one tenant took the same step together; `before` is None for new ones."""

    order_ids: tuple[int, ...]
    tenant_id: int
    before: Code | None
    after: Code
    at: datetime
