"""What starts, changes and ends subscriptions; every command is one transaction with one audit entry.

Each locks the row of `sub_billing` first, works out `due_on` with `rules.due_on` and raises its version, so that the
daily run and a command never overwrite each other.
"""

from entrepot.domain.subscriptions.commands.changes import (
    change_quantity,
    set_auto_renew,
    withdraw_change,
)
from entrepot.domain.subscriptions.commands.endings import (
    Cancellation,
    cancel_subscription,
    withdraw_cancellation,
)
from entrepot.domain.subscriptions.commands.holds import hold_subscription, release_subscription
from entrepot.domain.subscriptions.commands.locked import require_version
from entrepot.domain.subscriptions.commands.renewals import (
    destroy_subscription,
    move_term_end,
    renew_once,
    restart_subscription,
    withdraw_renewal,
)
from entrepot.domain.subscriptions.commands.start import (
    Discount,
    Wanted,
    activate_subscription,
    activate_subscriptions,
    add_subscription,
    add_subscriptions,
    drop_ordered,
    start_subscription,
)
from entrepot.domain.subscriptions.commands.switches import (
    Followed,
    follow_subscription,
    require_switchable,
)

__all__ = [
    "Cancellation",
    "Discount",
    "Followed",
    "Wanted",
    "activate_subscription",
    "activate_subscriptions",
    "add_subscription",
    "add_subscriptions",
    "cancel_subscription",
    "change_quantity",
    "destroy_subscription",
    "drop_ordered",
    "follow_subscription",
    "hold_subscription",
    "move_term_end",
    "release_subscription",
    "renew_once",
    "require_switchable",
    "require_version",
    "restart_subscription",
    "set_auto_renew",
    "start_subscription",
    "withdraw_cancellation",
    "withdraw_change",
    "withdraw_renewal",
]
