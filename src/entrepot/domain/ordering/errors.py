"""Refusals of the ordering package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, Refused


class OrderInput(BadInput):
    """A value of an order that cannot be used."""

    codes = frozenset(
        {
            "order_empty",
            "order_too_long",
            "order_key_unusable",
            "order_comment_missing",
        }
    )


class OrderNotPossible(Refused):
    """The order, its account or its prices do not allow it."""

    codes = frozenset(
        {
            "order_step_impossible",
            "order_price_missing",
            "order_zero_unconfirmed",
        }
    )


class OrderConflict(Conflict):
    """What was confirmed is not what would be ordered now, or the order has moved on since it was read."""

    codes = frozenset({"order_price_changed", "order_key_reused", "order_changed_meanwhile"})
