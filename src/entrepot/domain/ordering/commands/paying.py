"""Decide whether orders may go on, or wait for an approval or for their payment."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from entrepot.domain.ordering.commands.approving import ask_for_approval
from entrepot.domain.ordering.commands.moves import move_all
from entrepot.domain.ordering.lifecycle import Trigger
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.rules import is_within_credit
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.prepared import prepared_batch
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.ordering"


def begin_new(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Let new orders of one billing account wait for the approval of their seller, or ask for their payment."""
    free = ask_for_approval(orders, actor=actor, now=now)
    if free:
        ask_for_payment(free, actor=actor, now=now)


def ask_for_payment(orders: Sequence[Order], *, actor: Actor, now: datetime) -> None:
    """Let opened orders of one billing account within the credit limit go on, in the order given; the rest waits.

    One at a time decides for one account. The caller has locked the orders or just made them.
    """
    account_id = orders[0].billing_account_id
    account = {"billing_account_id": account_id}
    (((limit,),), ((owed, ordered),)) = prepared_batch(
        (statement(_PACKAGE, "lock_credit"), account),
        (
            statement(_PACKAGE, "room_for_orders"),
            {**account, "but_ids": [order.id for order in orders]},
        ),
    )
    fits: list[Order] = []
    waits: list[Order] = []
    taken = Decimal(ordered)
    for order in orders:
        may_go_on = is_within_credit(
            limit=limit, owed=owed, ordered=taken, amount=order.first_amount
        )
        (fits if may_go_on else waits).append(order)
        taken += order.first_amount
    move_all(fits, Trigger.ACCEPT, actor=actor, now=now)
    move_all(waits, Trigger.ASK_PAYMENT, actor=actor, now=now)
