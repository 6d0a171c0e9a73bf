"""Put single subscriptions on administrative hold and release them; credit holds come from the credit package."""

from datetime import date, datetime

from django.db import transaction

from entrepot.domain.parties.names import has_controls
from entrepot.domain.resale.models import BillingAccount, ChainLink
from entrepot.domain.subscriptions.commands.locked import (
    Locked,
    lock,
    note,
    require_status,
    store,
)
from entrepot.domain.subscriptions.errors import SubscriptionInput, TransitionRefused
from entrepot.domain.subscriptions.lifecycle import RUNNING
from entrepot.domain.subscriptions.models import ServiceSpan, SpanEnd
from entrepot.infra.audit.recorder import Actor


def hold_subscription(
    *,
    subscription_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    business_date: date,
    expected_version: int | None = None,
) -> None:
    """Put one subscription on administrative hold; a credit hold that it has stays apart.

    Billing goes on unless the buyer's terms say otherwise (`bill_on_hold`): then it stops before the
    run of the business date, the day after the last completed run. Source: docs/billing.md section 8.
    Raises: NoSuchObject; SubscriptionConflict; SubscriptionInput `reason_missing`; TransitionRefused
    `already_on_hold`, `subscription_not_running`.
    """
    why = _reason(reason)
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, *RUNNING)
        if held.wide.admin_hold:
            raise TransitionRefused(
                "already_on_hold",
                "{object} is already on administrative hold.",
                object=held.number,
                next_step="Release it, or leave it as it is.",
            )
        if not _bills_on_hold(held):
            _stop_billing(held, business_date)
        store(held, wide={"admin_hold": True})
        note(
            held.wide,
            kind="held",
            on_day=business_date,
            actor=actor,
            now=now,
            after={"admin_hold": True},
            reason=why,
        )


def release_subscription(
    *,
    subscription_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    business_date: date,
    expected_version: int | None = None,
) -> None:
    """Take the administrative hold away; billing that stood still goes on with the business date.

    A credit hold stays, and keeps billing stopped if the administrative one did.
    Raises: NoSuchObject; SubscriptionConflict; SubscriptionInput `reason_missing`; TransitionRefused `not_on_hold`.
    """
    why = _reason(reason)
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        if not held.wide.admin_hold:
            raise TransitionRefused(
                "not_on_hold",
                "{object} is not on administrative hold.",
                object=held.number,
                next_step="A credit hold is released at the account.",
            )
        resumes_on = None if held.wide.credit_hold else business_date
        store(held, wide={"admin_hold": False}, resumes_on=resumes_on)
        note(
            held.wide,
            kind="released",
            on_day=business_date,
            actor=actor,
            now=now,
            after={"admin_hold": False},
            reason=why,
        )


def _bills_on_hold(held: Locked) -> bool:
    """Read the terms on which the customer buys: the last tier of the chain."""
    last = ChainLink.objects.filter(chain_id=held.billing.chain_id).order_by("-tier").first()
    return (
        last is None
        or BillingAccount.objects.filter(pk=last.billing_account_id, bill_on_hold=True).exists()
    )


def _stop_billing(held: Locked, business_date: date) -> None:
    held.billing.due_on = None
    paid_until = held.billing.period_end
    if paid_until is not None:
        ServiceSpan.objects.filter(subscription_id=held.wide.id, ends_on=None).update(
            ends_on=max(business_date, paid_until), end_reason=SpanEnd.HELD
        )


def _reason(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > 300 or has_controls(cleaned):
        raise SubscriptionInput(
            "reason_missing",
            "A reason of 1 to 300 visible characters is needed.",
            field="reason",
            next_step="Say why, in a few words.",
        )
    return cleaned
