"""Renew a subscription by hand, by an order: one more term after the running one, or a new one of what has ended.

Renewals that the daily run makes by itself are no orders (docs/decisions/0016).
"""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from entrepot.domain.ordering import commands as ordering
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.wishes import NextTerm
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.errors import TransitionRefused
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.flows.effects import Effect, renew_effect, restart_effect, restart_first_day
from entrepot.flows.order_amounts import (
    amounts_seen,
    effects_of_sales,
    ordered_units,
    own_effect,
    shown_bill,
)
from entrepot.flows.subscription_actions import ActionNotPossible
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import IdKind, format_id


def order_renewal(
    *,
    facts: SubscriptionFacts,
    request_key: str,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> int:
    """Order one more term after the running one; return the order's id.

    The same request key again gives the order that it made. The order takes what the first period of the term is seen
    to cost; the run of its first day starts and prices it.
    Raises: OrderInput `order_key_unusable`; OrderConflict `order_key_reused`; OrderNotPossible `order_under_way`;
    TransitionRefused `renewal_ordered_already`; as `commands.renew_once`; BusyRefused.
    """

    def look(seen: SubscriptionFacts) -> Effect:
        return renew_effect(facts=seen, actor=actor, now=now, today=today)

    with transaction.atomic():
        known = _known(facts, request_key, expected_version)
        if known is not None:
            return known
        if facts.renews_once:
            raise TransitionRefused(
                "renewal_ordered_already",
                "One more term of {object} is ordered already.",
                object=format_id(kind=IdKind.SUBSCRIPTION, number=facts.id),
                next_step="Another one can be ordered when it has begun.",
            )
        term = NextTerm(
            starts_on=facts.dates.term_end or today,
            begins_again=False,
            ordered_on=today,
            quantities=ordered_units(subscription_id=facts.id),
            by=actor,
        )
        return _place(facts, term, look, request_key=request_key, is_ahead=True, now=now)


def order_restart(
    *,
    facts: SubscriptionFacts,
    request_key: str,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
    is_free_confirmed: bool = False,
) -> int:
    """Order a new term of what has ended, with the business date at the earliest; return the order's id.

    The same request key again gives the order that it made. A term that costs nothing, now and later, has to be
    confirmed.
    Raises: as `order_renewal`; ActionNotPossible `change_zero_unconfirmed`; as `commands.restart_subscription`.
    """

    def look(seen: SubscriptionFacts) -> Effect:
        return restart_effect(facts=seen, actor=actor, now=now, today=today)

    with transaction.atomic():
        known = _known(facts, request_key, expected_version)
        if known is not None:
            return known
        term = NextTerm(
            starts_on=restart_first_day(facts=facts, today=today),
            begins_again=True,
            ordered_on=today,
            quantities=ordered_units(subscription_id=facts.id),
            by=actor,
        )
        return _place(
            facts,
            term,
            look,
            request_key=request_key,
            is_ahead=False,
            needs_confirmation=not is_free_confirmed,
            now=now,
        )


def withdraw_renewal(
    *, facts: SubscriptionFacts, expected_version: int, actor: Actor, now: datetime, today: date
) -> None:
    """Take back one more term before it starts; the timeline of its order says so.

    Raises: as `commands.withdraw_renewal`.
    """
    with transaction.atomic():
        commands.withdraw_renewal(
            subscription_id=facts.id,
            actor=actor,
            now=now,
            today=today,
            expected_version=expected_version,
        )
        ordering.note_withdrawn(
            subscription_id=facts.id, kind=OrderKind.RENEWAL, actor=actor, now=now
        )


def _known(facts: SubscriptionFacts, request_key: str, expected_version: int) -> int | None:
    """Find the order of the same request, or hold the subscription for a new one."""
    known = ordering.placed_before(
        subscription_id=facts.id, kind=OrderKind.RENEWAL, request_key=request_key
    )
    if known is None:
        ordering.require_none_open(subscription_id=facts.id)
        commands.require_version(subscription_id=facts.id, expected_version=expected_version)
    return known


def _place(
    facts: SubscriptionFacts,
    term: NextTerm,
    look: Callable[[SubscriptionFacts], Effect],
    *,
    request_key: str,
    is_ahead: bool,
    needs_confirmation: bool = False,
    now: datetime,
) -> int:
    sales = effects_of_sales(facts=facts, look=look)
    if needs_confirmation and own_effect(sales, facts=facts).is_free:
        raise ActionNotPossible(
            "change_zero_unconfirmed",
            "This change of {object} costs nothing, now and later.",
            object=format_id(kind=IdKind.SUBSCRIPTION, number=facts.id),
            next_step="Confirm that this is meant.",
        )
    return ordering.place_renewal(
        subscription_id=facts.id,
        term=term,
        shown=shown_bill(sales[-1].effect, is_ahead=is_ahead),
        amounts=amounts_seen(sales, on_day=term.ordered_on, is_ahead=is_ahead),
        request_key=request_key,
        now=now,
    )
