"""Kinds of orders; pure."""

from enum import StrEnum


class OrderKind(StrEnum):
    """What an order asks for.

    A new subscription; other units, or another plan in the place of a running one; one more term, or a new one of what
    has ended; the end of a subscription.
    """

    SALES = "sales"
    CHANGE = "change"
    RENEWAL = "renewal"
    CANCELLATION = "cancellation"


PREFIX = {
    OrderKind.SALES: "SO",
    OrderKind.CHANGE: "CH",
    OrderKind.RENEWAL: "RN",
    OrderKind.CANCELLATION: "CL",
}
"""How the numbers of a kind begin, as the trade writes them: SO000012."""


class Audience(StrEnum):
    """Whose orders a workflow of approvals is for: those of the seller's customers, of its resellers, or all."""

    CUSTOMERS = "customers"
    RESELLERS = "resellers"
    ALL = "all"


class AtTimeout(StrEnum):
    """What becomes of an order that nobody has decided about in time."""

    APPROVE = "approve"
    REJECT = "reject"


class ApprovalState(StrEnum):
    """Where the approval of one order stands; `closed`: the order was cancelled meanwhile."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    CLOSED = "closed"


def number_text(kind: OrderKind, number: int) -> str:
    """Write a seller's number of an order with at least six digits."""
    return f"{PREFIX[kind]}{number:06d}"
