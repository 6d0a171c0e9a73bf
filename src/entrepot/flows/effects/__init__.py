"""What an action on a subscription changes in money, before it is taken: now, per period, and from when.

The action is done and billed by the engine's own statements in a transaction that is taken back (`ahead.py`), and the
same without the action; the effect is the difference. So what is shown is what the next runs bill, to the cent.
"""

from entrepot.flows.effects.actions import (
    cancel_effect,
    destroy_effect,
    hold_effect,
    quantity_effect,
    release_effect,
    renew_effect,
    renewal_effect,
    restart_effect,
    restart_first_day,
    term_end_effect,
    withdraw_cancellation_effect,
    withdraw_change_effect,
    withdraw_renewal_effect,
)
from entrepot.flows.effects.ahead import BusyRefused
from entrepot.flows.effects.figures import Effect, Figures, Part
from entrepot.flows.effects.window import FreeWindow, free_window

__all__ = [
    "BusyRefused",
    "Effect",
    "Figures",
    "FreeWindow",
    "Part",
    "cancel_effect",
    "destroy_effect",
    "free_window",
    "hold_effect",
    "quantity_effect",
    "release_effect",
    "renew_effect",
    "renewal_effect",
    "restart_effect",
    "restart_first_day",
    "term_end_effect",
    "withdraw_cancellation_effect",
    "withdraw_change_effect",
    "withdraw_renewal_effect",
]
