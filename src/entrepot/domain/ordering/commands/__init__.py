"""What places and moves orders; a command is one transaction with lines of the timeline and audit entries."""

from entrepot.domain.ordering.commands.moves import (
    accept_payment,
    cancel_order,
    complete_order,
    fail_order,
    provision_order,
    resubmit_order,
)
from entrepot.domain.ordering.commands.place import (
    Cart,
    Estimate,
    EstimatedLine,
    Line,
    estimate,
    place_orders,
)

__all__ = [
    "Cart",
    "Estimate",
    "EstimatedLine",
    "Line",
    "accept_payment",
    "cancel_order",
    "complete_order",
    "estimate",
    "fail_order",
    "place_orders",
    "provision_order",
    "resubmit_order",
]
