"""Let a subscription of another plan follow a running one: the end of the one and the beginning of the other."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from entrepot.domain.catalog.kinds import SwitchTime
from entrepot.domain.catalog.models import PlanSwitch
from entrepot.domain.subscriptions.commands.locked import (
    Locked,
    lock,
    note,
    require_status,
    require_term,
    store,
)
from entrepot.domain.subscriptions.commands.start import activate_subscription
from entrepot.domain.subscriptions.errors import TransitionRefused
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import IdKind


@dataclass(frozen=True, slots=True)
class Followed:
    """The first day of the follower, and whether the rest of what was charged is given back."""

    starts_on: date
    refunds: bool


def require_switchable(*, subscription_id: int, expected_version: int | None = None) -> Locked:
    """Lock a subscription and refuse unless another one may follow it now.

    Raises: NoSuchObject; SubscriptionConflict; TransitionRefused `subscription_not_running`,
    `switch_after_cancellation`, `switch_under_way`, `term_not_begun`.
    """
    held = lock(subscription_id=subscription_id, expected_version=expected_version)
    billing = held.billing
    require_status(held, Status.ACTIVE)
    if billing.cancel_on is not None:
        raise TransitionRefused(
            "switch_after_cancellation",
            "{object} ends on {day}.",
            object=held.number,
            next_step="Withdraw the cancellation first.",
            day=billing.cancel_on,
        )
    require_term(held)
    waiting = Subscription.objects.filter(follows_id=subscription_id, status=Status.ORDERED)
    if (other := waiting.order_by("pk").first()) is not None:
        raise TransitionRefused(
            "switch_under_way",
            "{object} is being switched to {other} already.",
            object=held.number,
            next_step="Wait for that order, or cancel it.",
            other=other.plan_name,
        )
    return held


def follow_subscription(
    *, subscription_id: int, day: date, actor: Actor, now: datetime
) -> Followed | None:
    """Start an ordered subscription in the place of the one that it follows; the run of its first day bills both.

    It keeps the billing day and, as the switch says, the end of the term; a setup fee is not charged again. If the one
    before does not run any more, or the switch is not allowed any more, the new one starts by itself: then None.
    Raises: NoSuchObject; TransitionRefused `subscription_not_ordered`.
    """
    with transaction.atomic():
        wide = Subscription.objects.get(pk=subscription_id)
        assert wide.follows_id is not None
        held = lock(subscription_id=wide.follows_id)
        switch = PlanSwitch.objects.filter(
            from_period_id=held.billing.plan_period_id, to_period_id=wide.plan_period_id
        ).first()
        old = held.billing
        runs = old.status is Status.ACTIVE and old.cancel_on is None and old.term_end is not None
        if switch is None or not runs:
            activate_subscription(
                subscription_id=wide.pk, start_on=day, trial_days=0, actor=actor, now=now
            )
            return None
        starts_on = _first_day(old, switch.takes_effect, done_on=day)
        keeps = switch.keeps_term_end and old.term_end is not None and old.term_end > starts_on
        activate_subscription(
            subscription_id=wide.pk,
            start_on=starts_on,
            trial_days=0,
            anchor_day=old.anchor_day if keeps else None,
            actor=actor,
            now=now,
        )
        SubBilling.objects.filter(pk=wide.pk).update(
            setup_done=True, next_term_end=old.term_end if keeps else None
        )
        _end(held, follower=wide, on=starts_on, refunds=switch.refunds, actor=actor, now=now)
    return Followed(starts_on, switch.refunds)


def _first_day(old: SubBilling, at: SwitchTime, *, done_on: date) -> date:
    """Return when the follower takes the place; what comes too late for a period or term is done at once."""
    waits_for = {
        SwitchTime.NOW: None,
        SwitchTime.NEXT_PERIOD: old.period_end,
        SwitchTime.NEXT_TERM: old.term_end,
    }[at]
    return max(done_on, waits_for or done_on)


def _end(
    held: Locked, *, follower: Subscription, on: date, refunds: bool, actor: Actor, now: datetime
) -> None:
    number = f"{IdKind.SUBSCRIPTION.value}-{follower.pk}"
    held.billing.cancel_on, held.billing.cancel_refund = on, refunds
    store(held, wide={"cancel_on": on, "cancel_reason": number})
    note(
        held.wide,
        kind="switched",
        on_day=on,
        actor=actor,
        now=now,
        after={"cancel_on": on.isoformat(), "refunds": refunds, "follower": number},
        reason=number,
    )
