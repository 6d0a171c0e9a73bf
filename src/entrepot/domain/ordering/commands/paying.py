"""Decide whether orders may go on, or wait for an approval or for their payment."""

from collections.abc import Sequence
from datetime import datetime

from entrepot.domain.ordering.commands.approving import ask_for_approval
from entrepot.domain.ordering.commands.moves import move_all
from entrepot.domain.ordering.lifecycle import Trigger
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.payment import Payable, condition
from entrepot.infra.audit.recorder import Actor


def begin_new(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Let new orders of one billing account wait for the approval of their seller, or ask for their payment."""
    free = ask_for_approval(orders, actor=actor, now=now)
    if free:
        ask_for_payment(free, actor=actor, now=now)


def ask_for_payment(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Let the opened orders of one billing account go on that the payment condition lets; the rest waits.

    One at a time decides for one account. The caller has locked the orders or just made them.
    """
    payable = [Payable(order.id, order.first_amount) for order in orders]
    fit = condition().go_on(payable, billing_account_id=orders[0].billing_account_id)
    fits = [order for order in orders if order.id in fit]
    waits = [order for order in orders if order.id not in fit]
    move_all(fits, Trigger.ACCEPT, actor=actor, now=now)
    move_all(waits, Trigger.ASK_PAYMENT, actor=actor, now=now)
