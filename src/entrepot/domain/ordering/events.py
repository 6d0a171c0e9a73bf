"""Facts that ordering publishes in its transactions; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.domain.ordering.lifecycle import Code
from entrepot.infra.audit.acts import Act, announces


@dataclass(frozen=True, slots=True)
class OrdersMoved:
    """Orders of one tenant took the same step together; `before` is None for new ones."""

    order_ids: tuple[int, ...]
    tenant_id: int
    before: Code | None
    after: Code
    at: datetime


@announces(actions=("order_note_added",))
@dataclass(frozen=True, slots=True)
class OrderNoted(Act):
    """Somebody wrote a note about an order."""


@announces(kinds=("approval_workflow",))
@dataclass(frozen=True, slots=True)
class ApprovalWorkflowChanged(Act):
    """Somebody changed who has to approve orders."""
