"""Renew by hand, restart what has ended, move the end of a term, remove for good."""

from datetime import date, datetime

from django.db import transaction

from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.subscriptions.commands.locked import (
    Locked,
    lock,
    named,
    note,
    require_day,
    require_may_order,
    require_status,
    require_term,
    store,
)
from entrepot.domain.subscriptions.errors import SubscriptionInput, TransitionRefused
from entrepot.domain.subscriptions.lifecycle import NEXT, Status, Trigger
from entrepot.domain.subscriptions.models import Term, TermCalendar
from entrepot.domain.subscriptions.rules import restart_day, term_end_bounds
from entrepot.domain.subscriptions.spoken import SPOKEN
from entrepot.infra.audit.recorder import Actor

_ENDED = (Status.GRACED, Status.EXPIRED, Status.CANCELLED)


def renew_once(
    *,
    subscription_id: int,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
    order: str = "",
) -> date:
    """Order one more term after the running one, whatever automatic renewal says; return its first day.

    `order` is the number of the order that asks for it. The daily run of that day starts and prices it, as
    every renewal. Ordering it twice changes nothing.
    Raises: NoSuchObject; SubscriptionConflict; OrderRefused; TransitionRefused `subscription_not_running`,
    `renewal_after_cancellation`, `term_not_begun`.
    """
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, Status.ACTIVE)
        require_may_order(customer_path=held.wide.customer_path)
        starts_on = require_term(held)
        if held.billing.cancel_on is not None and held.billing.cancel_on <= starts_on:
            raise TransitionRefused(
                "renewal_after_cancellation",
                "{object} is cancelled as of {day}.",
                object=held.number,
                next_step="Withdraw the cancellation first.",
                day=held.billing.cancel_on,
            )
        if not held.billing.renews_once:
            held.billing.renews_once = True
            store(held)
            after = {"starts_on": starts_on.isoformat(), **named(order=order)}
            note(held.wide, kind="renewal_ordered", on_day=today, actor=actor, now=now, after=after)
    return starts_on


def withdraw_renewal(
    *,
    subscription_id: int,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
) -> None:
    """Take back the one more term that `renew_once` ordered, before it starts; automatic renewal stays as it is.

    Raises: NoSuchObject; SubscriptionConflict; TransitionRefused `subscription_not_running`, `renewal_not_ordered`.
    """
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, Status.ACTIVE)
        if not held.billing.renews_once:
            raise TransitionRefused(
                "renewal_not_ordered",
                "No more term of {object} is ordered, or it has started already.",
                object=held.number,
                next_step="Look at it again.",
            )
        held.billing.renews_once = False
        store(held)
        note(
            held.wide,
            kind="renewal_withdrawn",
            on_day=today,
            actor=actor,
            now=now,
            before={"renews_once": True},
            after={"renews_once": False},
        )


def restart_subscription(
    *,
    subscription_id: int,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
    order: str = "",
) -> date:
    """Renew what is in its grace, expired or cancelled, and not removed for good; return the new term's first day.

    That is `today` (not before the business date); after a cancellation that gave nothing back it is the day on which
    what was paid runs out. Automatic renewal stays as it was. `order` is the number of the order that asks for it.
    Raises: NoSuchObject; SubscriptionConflict; OrderRefused; TransitionRefused `subscription_not_renewable`,
    `subscription_service_removed`.
    """
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        billing = held.billing
        if held.wide.status is Status.TERMINATED or billing.status not in _ENDED:
            raise TransitionRefused(
                "subscription_not_renewable",
                "{object} is {status}; it cannot be renewed.",
                object=held.number,
                next_step="Order a new subscription, or wait until this one has ended.",
                status=SPOKEN[held.wide.status],
            )
        _require_service(held)
        require_may_order(customer_path=held.wide.customer_path)
        before = {"status": held.wide.status, "admin_hold": held.wide.admin_hold}
        starts_on = restart_day(
            paid_to=billing.period_end,
            was_cancelled=billing.status is Status.CANCELLED,
            was_refunded=billing.cancel_refund,
            today=today,
        )
        billing.status = NEXT[Status(billing.status), Trigger.RENEW]
        billing.period_start = billing.period_end = billing.term_end = starts_on
        # An ended one has no due day; without one it would pass for a subscription whose hold stops billing.
        billing.due_on = starts_on
        billing.grace_end = billing.trial_end = None
        billing.cancel_on, billing.cancel_refund, billing.cancel_full = None, False, False
        store(
            held,
            wide={
                "status": billing.status,
                "ended_on": None,
                "destroy_on": None,
                "cancel_on": None,
                "cancel_reason": "",
                "term_start": None,
                "term_end": None,
                "admin_hold": False,
                # An account that may order is on no hold.
                "credit_hold": False,
            },
        )
        TermCalendar.objects.filter(pk=subscription_id).update(ends_on=None)
        note(
            held.wide,
            kind="restart_ordered",
            on_day=today,
            actor=actor,
            now=now,
            before=before,
            after={"starts_on": starts_on.isoformat(), **named(order=order)},
        )
    return starts_on


def move_term_end(
    *,
    subscription_id: int,
    ends_on: date,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
) -> None:
    """Let the running term end on another day (co-termination), and its billing periods start on that day of the month.

    `ends_on` is the exclusive end: not before what is charged already, at most one whole term from today. The agreed
    prices stay; the period in which the term ends is charged in part.
    Raises: NoSuchObject; SubscriptionConflict; OrderRefused; SubscriptionInput `term_end_out_of_bounds`;
    TransitionRefused `subscription_not_running`, `term_not_begun`, `renewal_after_cancellation`.
    """
    require_day(ends_on, field="ends_on")
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, Status.ACTIVE)
        require_may_order(customer_path=held.wide.customer_path)
        before = require_term(held)
        first, last = term_end_bounds(
            paid_to=held.billing.period_end,
            term_end=before,
            term_months=held.billing.term_months,
            anchor=held.billing.anchor_day,
            today=today,
        )
        if not first <= ends_on <= last:
            raise SubscriptionInput(
                "term_end_out_of_bounds",
                "The term of {object} can end between {first} and {last}.",
                object=held.number,
                field="ends_on",
                next_step="Choose a day between these two.",
                first=first,
                last=last,
            )
        held.billing.term_end, held.billing.anchor_day = ends_on, ends_on.day
        store(held, wide={"term_end": ends_on})
        TermCalendar.objects.filter(pk=subscription_id).update(ends_on=ends_on)
        newest = Term.objects.filter(subscription_id=subscription_id).order_by("-number").first()
        if newest is not None:
            newest.ends_on = ends_on
            newest.save(update_fields=["ends_on"])
        note(
            held.wide,
            kind="term_end_moved",
            on_day=today,
            actor=actor,
            now=now,
            before={"term_end": before.isoformat()},
            after={"term_end": ends_on.isoformat()},
        )


def destroy_subscription(
    *,
    subscription_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
) -> None:
    """Remove an expired or cancelled subscription for good; its service is deleted at the vendor. Not to be undone.

    Raises: NoSuchObject; SubscriptionConflict; TransitionRefused `subscription_not_ended`.
    """
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        if (Status(held.wide.status), Trigger.DESTROY) not in NEXT:
            raise TransitionRefused(
                "subscription_not_ended",
                "{object} is {status}; only what has ended can be removed for good.",
                object=held.number,
                next_step="Cancel it first.",
                status=SPOKEN[held.wide.status],
            )
        before = {"status": held.wide.status}
        store(held, wide={"status": Status.TERMINATED, "destroy_on": None})
        note(
            held.wide,
            kind="destroyed",
            on_day=today,
            actor=actor,
            now=now,
            before=before,
            after={"status": Status.TERMINATED},
            reason=reason,
        )


def _require_service(held: Locked) -> None:
    """Refuse what was cancelled if its plan removes the service at the vendor with the cancellation."""
    period = PlanPeriod.objects.get(pk=held.billing.plan_period_id)
    if held.billing.status is Status.CANCELLED and period.destroys_on_cancel:
        raise TransitionRefused(
            "subscription_service_removed",
            "The service of {object} was removed with the cancellation.",
            object=held.number,
            next_step="Order a new subscription.",
        )
