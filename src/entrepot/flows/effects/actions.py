"""The effect of each action: what is done, on which day it takes effect, and whose sale is looked at."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.models import ChainLink
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.domain.subscriptions.models import QuantityChange, SubBilling, Subscription
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.domain.subscriptions.rules import restart_day
from entrepot.flows.daily_billing import business_date
from entrepot.flows.effects.ahead import Ahead, look_ahead, taken_back
from entrepot.flows.effects.days import last_day
from entrepot.flows.effects.figures import Effect, Sale, effect
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.periods import period_end

_REASON = "effect"


def quantity_effect(
    *,
    facts: SubscriptionFacts,
    resource_id: int,
    quantity: Decimal,
    effective_on: date,
    actor: Actor,
    now: datetime,
    today: date,
) -> Effect:
    """Show what a new total of units from a day on costs. Raises: as `commands.change_quantity`; BusyRefused."""

    def act() -> None:
        commands.change_quantity(
            subscription_id=facts.id,
            resource_id=resource_id,
            quantity=quantity,
            effective_on=effective_on,
            actor=actor,
            now=now,
        )

    return _effect(facts, act, target=effective_on, now=now, today=today)


def withdraw_change_effect(
    *, facts: SubscriptionFacts, change_id: int, actor: Actor, now: datetime, today: date
) -> Effect:
    """Show what taking back an ordered quantity changes.

    Raises: NoSuchObject for a change of another subscription; as `commands.withdraw_change`; BusyRefused.
    """
    change = QuantityChange.objects.filter(pk=change_id, subscription_id=facts.id).first()
    if change is None:
        raise NoSuchObject(object="quantity change")

    def act() -> None:
        commands.withdraw_change(change_id=change_id, actor=actor, now=now, today=today)

    return _effect(facts, act, target=change.effective_on, now=now, today=today)


def renewal_effect(
    *, facts: SubscriptionFacts, auto_renew: bool, actor: Actor, now: datetime, today: date
) -> Effect:
    """Show what the end of the term brings with the other choice. Raises: as `commands.set_auto_renew`; BusyRefused."""

    def act() -> None:
        commands.set_auto_renew(
            subscription_id=facts.id, auto_renew=auto_renew, actor=actor, now=now, today=today
        )

    billing = SubBilling.objects.filter(pk=facts.id).first()
    ends_on = last_day(billing) if billing is not None else None
    return _effect(facts, act, target=ends_on or today, now=now, today=today)


def cancel_effect(
    *,
    facts: SubscriptionFacts,
    cancel_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Effect:
    """Show what a cancellation gives back and what is no longer billed.

    Raises: as `commands.cancel_subscription`; BusyRefused.
    """

    def act() -> None:
        commands.cancel_subscription(
            subscription_id=facts.id,
            cancel_on=cancel_on,
            reason=reason,
            actor=actor,
            now=now,
            today=today,
        )

    return _effect(facts, act, target=cancel_on, now=now, today=today)


def withdraw_cancellation_effect(
    *, facts: SubscriptionFacts, actor: Actor, now: datetime, today: date
) -> Effect:
    """Show what going on costs. Raises: as `commands.withdraw_cancellation`; BusyRefused."""

    def act() -> None:
        commands.withdraw_cancellation(subscription_id=facts.id, actor=actor, now=now, today=today)

    target = facts.dates.cancel_on or today
    return _effect(facts, act, target=target, now=now, today=today)


def renew_effect(*, facts: SubscriptionFacts, actor: Actor, now: datetime, today: date) -> Effect:
    """Show what one more term costs. Raises: as `commands.renew_once`; BusyRefused."""

    def act() -> None:
        commands.renew_once(subscription_id=facts.id, actor=actor, now=now, today=today)

    return _effect(facts, act, target=facts.dates.term_end or today, now=now, today=today)


def withdraw_renewal_effect(
    *, facts: SubscriptionFacts, actor: Actor, now: datetime, today: date
) -> Effect:
    """Show what the end of the term brings without the ordered one.

    Raises: as `commands.withdraw_renewal`; BusyRefused.
    """

    def act() -> None:
        commands.withdraw_renewal(subscription_id=facts.id, actor=actor, now=now, today=today)

    return _effect(facts, act, target=facts.dates.term_end or today, now=now, today=today)


def restart_effect(*, facts: SubscriptionFacts, actor: Actor, now: datetime, today: date) -> Effect:
    """Show what a new term of something ended costs: its first period as what comes now, and the next one.

    Raises: as `commands.restart_subscription`; BusyRefused.
    """
    day = business_date() or today

    def act() -> None:
        commands.restart_subscription(subscription_id=facts.id, actor=actor, now=now, today=day)

    first = restart_first_day(facts=facts, today=today)
    plan = facts.plan
    over = period_end(first, months=plan.term_months, anchor=facts.dates.anchor_day).end
    return _effect(
        facts, act, target=first + timedelta(days=1), stops_on=over, now=now, today=today
    )


def restart_first_day(*, facts: SubscriptionFacts, today: date) -> date:
    """Give the first day of the term with which an ended subscription would go on."""
    billing = SubBilling.objects.filter(pk=facts.id).first()
    return restart_day(
        paid_to=billing.period_end if billing else None,
        was_cancelled=facts.status is Status.CANCELLED,
        was_refunded=billing is not None and billing.cancel_refund,
        today=business_date() or today,
    )


def destroy_effect(*, facts: SubscriptionFacts, actor: Actor, now: datetime, today: date) -> Effect:
    """Show that removing what has ended costs nothing. Raises: as `commands.destroy_subscription`; BusyRefused."""

    def act() -> None:
        commands.destroy_subscription(
            subscription_id=facts.id, reason=_REASON, actor=actor, now=now, today=today
        )

    return _effect(facts, act, target=today, now=now, today=today)


def term_end_effect(
    *, facts: SubscriptionFacts, ends_on: date, actor: Actor, now: datetime, today: date
) -> Effect:
    """Show what a term costs that ends on another day: the first period that differs, and the one after it.

    Raises: as `commands.move_term_end`; BusyRefused.
    """

    def act() -> None:
        commands.move_term_end(
            subscription_id=facts.id, ends_on=ends_on, actor=actor, now=now, today=today
        )

    paid_to = facts.dates.period_end or today
    target = ends_on if ends_on <= paid_to else paid_to + timedelta(days=1)
    # Other days bound the periods then, so none of them costs the same with and without it.
    return _effect(
        facts, act, target=target, stops_on=ends_on, passes_over=False, now=now, today=today
    )


def hold_effect(*, facts: SubscriptionFacts, actor: Actor, now: datetime, today: date) -> Effect:
    """Show whether billing goes on while the hold lasts. Raises: as `commands.hold_subscription`; BusyRefused."""
    day = business_date() or today

    def act() -> None:
        commands.hold_subscription(
            subscription_id=facts.id,
            reason=_REASON,
            actor=actor,
            now=now,
            business_date=day,
        )

    return _effect(facts, act, target=day, now=now, today=today)


def release_effect(*, facts: SubscriptionFacts, actor: Actor, now: datetime, today: date) -> Effect:
    """Show what is billed again after a hold. Raises: as `commands.release_subscription`; BusyRefused."""
    day = business_date() or today

    def act() -> None:
        commands.release_subscription(
            subscription_id=facts.id,
            reason=_REASON,
            actor=actor,
            now=now,
            business_date=day,
        )

    return _effect(facts, act, target=day, now=now, today=today)


def _effect(
    facts: SubscriptionFacts,
    act: Callable[[], None],
    *,
    target: date,
    now: datetime,
    today: date,
    stops_on: date | None = None,
    passes_over: bool = True,
) -> Effect:
    """Bill ahead twice, without and with the action, and compare; both are undone.

    `stops_on` is the day from which nothing is billed if no period follows the action's own one.
    """
    run_day = business_date() or today

    def ahead() -> Ahead:
        return look_ahead(
            subscription_id=facts.id,
            target=target,
            run_day=run_day,
            now=now,
            passes_over=passes_over,
        )

    with taken_back(subscription_id=facts.id, run_day=run_day, now=now):
        with transaction.atomic():
            before = ahead()
            transaction.set_rollback(True)
        act()
        stands_still = SubBilling.objects.filter(
            pk=facts.id, due_on=None, status__in=RUNNING
        ).exists()
        after = ahead()
    return effect(
        sale=sale_of(facts),
        before=before,
        after=after,
        target=target,
        stops_on=stops_on,
        run_day=run_day,
        stands_still=stands_still,
    )


def sale_of(facts: SubscriptionFacts) -> Sale:
    """Find the viewer's sale; for a viewer without the privilege the customer's, to know whether anything costs."""
    money = facts.money
    chain = Subscription.objects.values_list("chain_id", flat=True).get(pk=facts.id)
    currencies = dict(
        ChainLink.objects.filter(chain_id=chain).values_list("tier", "billing_account__currency")
    )
    tier = money.tier or max(currencies)
    above = tier - 1
    is_paid = money.is_seller and currencies.get(above) == currencies[tier]
    return Sale(tier, currencies[tier], money.is_seller, above if is_paid else None)
