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
            "approval_name_unusable",
            "approval_hours_out_of_bounds",
            "approval_amount_unusable",
            "approval_approver_missing",
            "approval_approver_unknown",
        }
    )


class OrderNotPossible(Refused):
    """The order, its account or its prices do not allow it."""

    codes = frozenset(
        {
            "order_step_impossible",
            "order_price_missing",
            "order_under_way",
            "order_zero_unconfirmed",
            "approval_of_others",
        }
    )


class OrderConflict(Conflict):
    """What was confirmed is not what would be ordered now, or the order has moved on since it was read."""

    codes = frozenset(
        {
            "order_price_changed",
            "order_key_reused",
            "order_changed_meanwhile",
            "approval_changed_meanwhile",
        }
    )
