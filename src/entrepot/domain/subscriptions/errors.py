"""Refusals of the subscriptions package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, Refused


class SubscriptionInput(BadInput):
    """A value of an order, change or cancellation that cannot be used."""

    codes = frozenset(
        {
            "quantity_negative",
            "quantity_too_large",
            "quantity_not_whole",
            "quantity_all_zero",
            "quantity_out_of_bounds",
            "resource_not_in_plan",
            "subscription_date_out_of_bounds",
            "anchor_day_out_of_bounds",
            "notice_days_out_of_bounds",
            "trial_days_out_of_bounds",
            "subscription_discount_unusable",
            "cancel_date_past",
            "change_before_start",
            "reason_missing",
            "subscription_text_unusable",
            "term_end_out_of_bounds",
            "promotion_code_unusable",
            "take_over_ended",
            "take_over_not_started",
            "take_over_reference_unusable",
        }
    )


class TransitionRefused(Refused):
    """The state of the subscription does not allow it."""

    codes = frozenset(
        {
            "subscription_not_running",
            "subscription_not_ordered",
            "already_cancelled",
            "not_cancelled",
            "change_after_cancellation",
            "change_not_open",
            "already_on_hold",
            "not_on_hold",
            "renewal_after_cancellation",
            "renewal_not_ordered",
            "renewal_ordered_already",
            "subscription_not_ended",
            "subscription_not_renewable",
            "subscription_service_removed",
            "switch_after_cancellation",
            "switch_under_way",
            "term_not_begun",
            "window_closed",
        }
    )


class OrderRefused(Refused):
    """The account, its sellers, the plan or the chain do not allow the order."""

    codes = frozenset(
        {
            "account_on_hold",
            "account_not_active",
            "plan_not_sold",
            "chain_of_another_customer",
            "seats_assigned",
        }
    )


class PromotionRefused(Refused):
    """A promotion code that counts for nothing in this order."""

    codes = frozenset(
        {
            "promotion_code_unknown",
            "promotion_code_over",
            "promotion_code_other_plan",
            "promotion_code_used",
            "promotion_code_used_up",
        }
    )


class SubscriptionConflict(Conflict):
    """Somebody changed the subscription first."""

    codes = frozenset({"notice_days_changed_meanwhile", "subscription_changed_meanwhile"})
