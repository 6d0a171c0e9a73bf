"""What renewals and cancellations do once nothing keeps their orders: the commands of the subscription.

Vendors follow the subscription afterwards (docs/decisions/0013), so these orders wait for no vendor.
"""

from datetime import date, datetime

from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.wishes import Ending, NextTerm, ending_of, next_term_of
from entrepot.domain.subscriptions.commands import (
    cancel_subscription,
    renew_once,
    restart_subscription,
)
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.flows.daily_billing import business_date


def deliver_wish(order: Order, *, day: date, now: datetime) -> None:
    """Carry a renewal or a cancellation out, in the name of who ordered it.

    Raises: as the commands, if the subscription does not allow it any more.
    """
    term, ending = next_term_of(order.changes), ending_of(order.changes)
    if term is not None:
        _renew(order, term, day=day, now=now)
    elif ending is not None:
        _cancel(order, ending, now=now)
    else:
        raise AssertionError(f"{order.number_text} is neither a renewal nor a cancellation")


def _renew(order: Order, term: NextTerm, *, day: date, now: datetime) -> None:
    """Order the next term; what has ended while the order waited for approval or payment begins again."""
    status = SubBilling.objects.values_list("status", flat=True).get(pk=order.subscription_id)
    today = term.ordered_on if now == order.placed_at else day
    if status is Status.ACTIVE:
        renew_once(
            subscription_id=order.subscription_id,
            actor=term.by,
            now=now,
            today=today,
            order=order.number_text,
        )
        return
    restart_subscription(
        subscription_id=order.subscription_id,
        actor=term.by,
        now=now,
        today=business_date() or today,
        order=order.number_text,
    )


def _cancel(order: Order, ending: Ending, *, now: datetime) -> None:
    cancel_subscription(
        subscription_id=order.subscription_id,
        cancel_on=ending.cancel_on,
        reason=ending.reason,
        actor=ending.by,
        now=now,
        today=ending.ordered_on,
        order=order.number_text,
        overtakes=ending.overtakes,
    )
