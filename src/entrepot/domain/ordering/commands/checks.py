"""What a request to order has to fulfil before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrepot.domain.ordering.cart import KEY_LENGTH_MAX, LINES_MAX, Cart, Estimate, Line
from entrepot.domain.ordering.errors import OrderConflict, OrderInput, OrderNotPossible


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that a request has made before."""

    id: int
    number_text: str
    customer_id: int
    first_amount: Decimal
    plan_period_id: int


def require_confirmed(seen: Estimate, *, confirmed: Decimal, is_free_confirmed: bool) -> None:
    """Refuse what costs something else than was confirmed, and what costs nothing unless that is confirmed, too.

    Raises: OrderConflict `order_price_changed`; OrderNotPossible `order_zero_unconfirmed`.
    """
    if seen.total.first != confirmed:
        raise OrderConflict(
            "order_price_changed",
            "The order costs {amount} {currency} now.",
            object="order",
            next_step="Look at the new amounts and confirm them.",
            amount=seen.total.first,
            currency=seen.currency,
        )
    if seen.is_free and not is_free_confirmed:
        raise OrderNotPossible(
            "order_zero_unconfirmed",
            "The order costs nothing.",
            object="order",
            next_step="Confirm that this is meant.",
        )


def require_same(placed: Sequence[KnownOrder], cart: Cart, *, confirmed: Decimal) -> None:
    """Refuse a request key that has ordered something else. Raises: OrderConflict `order_key_reused`."""
    before = [(order.customer_id, order.plan_period_id) for order in placed]
    is_same = before == [(cart.customer_id, line.plan_period_id) for line in cart.lines]
    # Other quantities cost something else.
    if not is_same or sum(order.first_amount for order in placed) != confirmed:
        raise OrderConflict(
            "order_key_reused",
            "{object} was placed with the same request.",
            object=placed[0].number_text,
            next_step="Start a new order.",
        )


def check_length(lines: Sequence[Line]) -> None:
    """Refuse an empty cart and one with too many lines. Raises: OrderInput `order_empty`, `order_too_long`."""
    if not lines:
        raise OrderInput(
            "order_empty",
            "Nothing is in the cart.",
            field="lines",
            next_step="Choose a plan first.",
        )
    if len(lines) > LINES_MAX:
        raise OrderInput(
            "order_too_long",
            "A cart holds at most {most} plans.",
            field="lines",
            next_step="Place two orders.",
            most=LINES_MAX,
        )


def check_key(key: str) -> None:
    """Refuse what cannot be the key of a request. Raises: OrderInput `order_key_unusable`."""
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise OrderInput(
            "order_key_unusable",
            "The request has no usable key.",
            field="request_key",
            next_step="Open the cart again.",
        )
