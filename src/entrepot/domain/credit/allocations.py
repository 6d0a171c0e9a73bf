"""Account credit that was used for documents, as their pages show it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.domain.credit.models import Allocation
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.viewer import Viewer

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One use of account credit for an invoice, in the invoice's currency."""

    applied_on: date
    amount: Decimal


def allocations_of(viewer: Viewer, *, invoice_id: int, limit: int) -> tuple[AllocationRow, ...]:
    """Return the account credit used for one visible invoice, oldest first; at most `limit` (200). One query."""
    rows = visible(viewer, Allocation).filter(invoice_id=invoice_id).order_by("applied_on", "id")
    found = rows.values_list("applied_on", "amount")[: min(limit, LIMIT_MAX)]
    return tuple(AllocationRow(*row) for row in found)
