"""What places and moves orders; a command is one transaction with lines of the timeline and audit entries."""

from entrepot.domain.ordering.cart import Cart, Estimate, EstimatedLine, Line
from entrepot.domain.ordering.commands.changing import (
    open_order,
    overtake_order,
    place_cancellation,
    place_change,
    place_renewal,
    placed_before,
    require_none_open,
    take_cancellation_number,
)
from entrepot.domain.ordering.commands.estimating import estimate
from entrepot.domain.ordering.commands.moves import (
    accept_payment,
    cancel_order,
    complete_orders,
    fail_order,
    note_withdrawn,
    provision_orders,
    resubmit_order,
)
from entrepot.domain.ordering.commands.place import place_orders
from entrepot.domain.ordering.units import Units

__all__ = [
    "Cart",
    "Estimate",
    "EstimatedLine",
    "Line",
    "Units",
    "accept_payment",
    "cancel_order",
    "complete_orders",
    "estimate",
    "fail_order",
    "note_withdrawn",
    "open_order",
    "overtake_order",
    "place_cancellation",
    "place_change",
    "place_orders",
    "place_renewal",
    "placed_before",
    "provision_orders",
    "require_none_open",
    "resubmit_order",
    "take_cancellation_number",
]
