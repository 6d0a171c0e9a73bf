"""Cancel a subscription by an order: what was shown is kept with it, and it ends what is under way.

The order waits for nobody: nobody is kept from cancelling (docs/decisions/0016).
"""

from datetime import date, datetime

from django.db import transaction

from entrepot.domain.ordering import commands as ordering
from entrepot.domain.ordering.kinds import OrderKind, number_text
from entrepot.domain.ordering.wishes import Ending
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.flows.effects import Effect, cancel_effect
from entrepot.flows.order_amounts import (
    amounts_seen,
    effects_of_sales,
    ordered_units,
    shown_bill,
)
from entrepot.flows.orders import lock_open_order, overtake_order
from entrepot.infra.audit.recorder import Actor


def order_cancellation(
    *,
    facts: SubscriptionFacts,
    cancel_on: date,
    reason: str,
    request_key: str,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> int:
    """Order the end of a subscription from a day on, today or later; return the order's id.

    The same request key again gives the order that it made. A change, switch or renewal under way is cancelled with
    it, even at its vendor. What is given back follows from the charges of the day on which it ends.
    Raises: OrderInput `order_key_unusable`; OrderConflict `order_key_reused`; OrderNotPossible `order_under_way` for
    another cancellation; as `commands.cancel_subscription`; BusyRefused.
    """
    with transaction.atomic():
        known = ordering.placed_before(
            subscription_id=facts.id, kind=OrderKind.CANCELLATION, request_key=request_key
        )
        if known is not None:
            return known
        waiting = lock_open_order(subscription_id=facts.id)
        if waiting is not None and waiting.kind is OrderKind.CANCELLATION:
            ordering.require_none_open(subscription_id=facts.id)
        commands.require_version(subscription_id=facts.id, expected_version=expected_version)

        def look(seen: SubscriptionFacts) -> Effect:
            return cancel_effect(
                facts=seen, cancel_on=cancel_on, reason=reason, actor=actor, now=now, today=today
            )

        sales = effects_of_sales(facts=facts, look=look)
        number = ordering.take_cancellation_number(subscription_id=facts.id)
        if waiting is not None:
            text = number_text(OrderKind.CANCELLATION, number)
            overtake_order(waiting, by=text, reason=reason, actor=actor, now=now)
        return ordering.place_cancellation(
            subscription_id=facts.id,
            ending=Ending(
                cancel_on=cancel_on,
                reason=reason,
                ordered_on=today,
                overtakes="" if waiting is None else waiting.number_text,
                quantities=ordered_units(subscription_id=facts.id),
                by=actor,
            ),
            shown=shown_bill(sales[-1].effect),
            amounts=amounts_seen(sales, on_day=today),
            request_key=request_key,
            number=number,
            now=now,
        )


def withdraw_cancellation(
    *, facts: SubscriptionFacts, expected_version: int, actor: Actor, now: datetime, today: date
) -> None:
    """Take back a cancellation that has not taken effect yet; the timeline of its order says so.

    Raises: as `commands.withdraw_cancellation`.
    """
    with transaction.atomic():
        commands.withdraw_cancellation(
            subscription_id=facts.id,
            actor=actor,
            now=now,
            today=today,
            expected_version=expected_version,
        )
        ordering.note_withdrawn(
            subscription_id=facts.id, kind=OrderKind.CANCELLATION, actor=actor, now=now
        )
