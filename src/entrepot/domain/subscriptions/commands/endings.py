"""Cancel subscriptions, and take a cancellation back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from entrepot.domain.parties.names import has_controls
from entrepot.domain.subscriptions.commands.locked import (
    Locked,
    lock,
    named,
    note,
    require_day,
    require_may_order,
    require_open_window,
    require_status,
    running_term,
    store,
    windows_of,
)
from entrepot.domain.subscriptions.errors import SubscriptionInput, TransitionRefused
from entrepot.domain.subscriptions.events import CancellationOrdered
from entrepot.domain.subscriptions.lifecycle import NEXT, RUNNING, Status, Trigger
from entrepot.domain.subscriptions.rules import Refund, refund_of
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

_CANCELLABLE = tuple(status for status in RUNNING if (status, Trigger.CANCEL) in NEXT)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What was decided: the first day without the subscription, and whether unused days are given back."""

    cancel_on: date
    refunds: bool


def cancel_subscription(
    *,
    subscription_id: int,
    cancel_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
    order: str = "",
    overtakes: str = "",
) -> Cancellation:
    """Cancel from a day on, today or later; the daily run of that day ends and refunds.

    `order` is the number of the order that asks for it, `overtakes` that of the one that it ended. The plan
    period's refund policy and window decide about the refund. A cancellation is refused while the customer or a seller
    above it is on hold.
    Raises: NoSuchObject; SubscriptionConflict; SubscriptionInput `cancel_date_past`, `reason_missing`;
    OrderRefused; TransitionRefused `subscription_not_running`, `already_cancelled`, `window_closed`.
    """
    _check_day(cancel_on, subscription_id=subscription_id, today=today)
    reason = _reason(reason)
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, *_CANCELLABLE)
        if held.billing.cancel_on is not None:
            raise TransitionRefused(
                "already_cancelled",
                "{object} is already cancelled as of {day}.",
                object=held.number,
                next_step="Withdraw that cancellation to choose another day.",
                day=held.billing.cancel_on,
            )
        require_may_order(customer_path=held.wide.customer_path)
        require_open_window(held, cancel_on)
        refund = _refund(held, cancel_on)
        refunds = refund is not Refund.NONE
        held.billing.cancel_on, held.billing.cancel_refund = cancel_on, refunds
        held.billing.cancel_full = refund is Refund.FULL
        store(held, wide={"cancel_on": cancel_on, "cancel_reason": reason})
        note(
            held.wide,
            kind="cancellation_ordered",
            on_day=today,
            actor=actor,
            now=now,
            after={
                "cancel_on": cancel_on.isoformat(),
                "refunds": refunds,
                "full": refund is Refund.FULL,
                **named(order=order, overtakes=overtakes),
            },
            reason=reason,
        )
        wide = held.wide
        bus.publish(CancellationOrdered(wide.id, wide.tenant_id, today, cancel_on, refunds))
    return Cancellation(cancel_on=cancel_on, refunds=refunds)


def withdraw_cancellation(
    *,
    subscription_id: int,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
) -> None:
    """Take back a cancellation that has not taken effect yet.

    Raises: NoSuchObject; SubscriptionConflict; TransitionRefused `subscription_not_running`, `not_cancelled`.
    """
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, *_CANCELLABLE)
        cancel_on = held.billing.cancel_on
        if cancel_on is None:
            raise TransitionRefused(
                "not_cancelled",
                "{object} is not cancelled.",
                object=held.number,
                next_step="There is nothing to withdraw.",
            )
        held.billing.cancel_on, held.billing.cancel_refund = None, False
        held.billing.cancel_full = False
        store(held, wide={"cancel_on": None, "cancel_reason": ""})
        note(
            held.wide,
            kind="cancellation_withdrawn",
            on_day=today,
            actor=actor,
            now=now,
            before={"cancel_on": cancel_on.isoformat()},
        )


def _check_day(cancel_on: date, *, subscription_id: int, today: date) -> None:
    require_day(cancel_on, field="cancel_on")
    if cancel_on < today:
        raise SubscriptionInput(
            "cancel_date_past",
            "{day} is over; {object} cannot end before today.",
            object=f"{IdKind.SUBSCRIPTION.value}-{subscription_id}",
            field="cancel_on",
            next_step="Choose today or a later day.",
            day=cancel_on,
        )


def _refund(held: Locked, cancel_on: date) -> Refund:
    """Decide about the refund; trials and grace days cost nothing, so there is nothing to give back."""
    term_start = held.wide.term_start or held.billing.term_end
    if held.billing.status is not Status.ACTIVE or term_start is None:
        return Refund.NONE
    return refund_of(windows_of(held), term=running_term(held, term_start), cancel_on=cancel_on)


def _reason(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > 80 or has_controls(cleaned):
        raise SubscriptionInput(
            "reason_missing",
            "A reason of 1 to 80 visible characters is needed.",
            field="reason",
            next_step="Say why, in a few words.",
        )
    return cleaned
