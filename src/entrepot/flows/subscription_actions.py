"""What people do with a running subscription, where it takes more than one command: changed units and holds.

Units are checked for what only the person at the door can get wrong, and confirmed when they cost nothing; a hold
begins with the business date. Other actions are commands of `subscriptions` alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.ordering.commands import Units, place_change, require_none_open
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import QuantityChange, SubBilling, SubscriptionItem
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.flows.daily_billing import business_date
from entrepot.flows.effects import Effect, quantity_effect
from entrepot.flows.effects.days import last_day
from entrepot.flows.order_amounts import amounts_seen, effects_of_sales, own_effect, shown_bill
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.errors import BadInput, Refused
from entrepot.kernel.ids import IdKind

ITEMS_SHOWN_MAX = 100


class ActionInput(BadInput):
    """A value of an action that cannot be used."""

    codes = frozenset(
        {"change_date_past", "change_date_far", "quantity_unchanged", "change_leaves_nothing"}
    )


class ActionNotPossible(Refused):
    """The action needs something else first."""

    codes = frozenset({"change_zero_unconfirmed"})


@dataclass(frozen=True, slots=True)
class Changeable:
    """One resource whose units can be changed; `quantity` has what is ordered up to today."""

    resource_id: int
    name: str
    unit: Mapping[str, str]
    quantity: Decimal
    is_measured: bool


def changeable(*, facts: SubscriptionFacts, today: date) -> tuple[Changeable, ...]:
    """Give the resources of a subscription in the plan's order, at most 100; none for one that is paid as it goes."""
    if facts.plan.is_usage:
        return ()
    items = SubscriptionItem.objects.filter(subscription_id=facts.id).select_related("resource")
    found = list(items.order_by("is_measured", "position", "id")[:ITEMS_SHOWN_MAX])
    waiting = _waiting(facts.id, today)
    return tuple(
        Changeable(
            item.resource_id,
            item.resource.name,
            item.resource.unit,
            waiting.get(item.id, item.quantity),
            item.is_measured,
        )
        for item in found
    )


def preview_quantity(
    *,
    facts: SubscriptionFacts,
    resource_id: int,
    quantity: Decimal,
    effective_on: date,
    actor: Actor,
    now: datetime,
    today: date,
) -> Effect:
    """Show what `change_quantity` would do with the same values; nothing is written. Raises: as it does."""
    _check_change(facts.id, resource_id, quantity, effective_on=effective_on, today=today)
    return quantity_effect(
        facts=facts,
        resource_id=resource_id,
        quantity=quantity,
        effective_on=effective_on,
        actor=actor,
        now=now,
        today=today,
    )


def change_quantity(
    *,
    facts: SubscriptionFacts,
    resource_id: int,
    quantity: Decimal,
    effective_on: date,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
    is_free_confirmed: bool = False,
) -> None:
    """Order a new total of units from a day on, today up to the end of the term.

    What shall happen now is a change order: the vendor is asked first, and the units count from the day on which it is
    done. What is for a later day waits for it. A change that costs nothing now and later has to be confirmed, but for
    a trial.
    Raises: ActionInput; ActionNotPossible `change_zero_unconfirmed`; OrderNotPossible `order_under_way`; as
    `commands.change_quantity`.
    """
    with transaction.atomic():
        commands.require_version(subscription_id=facts.id, expected_version=expected_version)

        def look(seen: SubscriptionFacts) -> Effect:
            return preview_quantity(
                facts=seen,
                resource_id=resource_id,
                quantity=quantity,
                effective_on=effective_on,
                actor=actor,
                now=now,
                today=today,
            )

        is_order = effective_on <= today
        sales = effects_of_sales(facts=facts, look=look) if is_order else ()
        seen = own_effect(sales, facts=facts) if sales else look(facts)
        if seen.is_free and not is_free_confirmed and facts.status is not Status.TRIAL:
            raise ActionNotPossible(
                "change_zero_unconfirmed",
                "This change of {object} costs nothing, now and later.",
                object=_number(facts.id),
                next_step="Confirm that this is meant.",
            )
        require_none_open(subscription_id=facts.id)
        if is_order:
            place_change(
                subscription_id=facts.id,
                units=_units(facts.id, resource_id, quantity, effective_on),
                shown=shown_bill(sales[-1].effect),
                amounts=amounts_seen(sales, on_day=today),
                actor=actor,
                now=now,
            )
            return
        commands.change_quantity(
            subscription_id=facts.id,
            resource_id=resource_id,
            quantity=quantity,
            effective_on=effective_on,
            actor=actor,
            now=now,
            expected_version=expected_version,
        )


def hold(
    *,
    subscription_id: int,
    reason: str,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Put the subscription on administrative hold. Raises: as `commands.hold_subscription`."""
    commands.hold_subscription(
        subscription_id=subscription_id,
        reason=reason,
        actor=actor,
        now=now,
        business_date=business_date() or today,
        expected_version=expected_version,
    )


def release(
    *,
    subscription_id: int,
    reason: str,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Take the administrative hold away. Raises: as `commands.release_subscription`."""
    commands.release_subscription(
        subscription_id=subscription_id,
        reason=reason,
        actor=actor,
        now=now,
        business_date=business_date() or today,
        expected_version=expected_version,
    )


def _units(subscription_id: int, resource_id: int, quantity: Decimal, from_day: date) -> Units:
    item = SubscriptionItem.objects.get(subscription_id=subscription_id, resource_id=resource_id)
    return Units(resource_id, item.quantity, quantity, from_day)


def _check_change(
    subscription_id: int, resource_id: int, quantity: Decimal, *, effective_on: date, today: date
) -> None:
    """Refuse days outside the running term and quantities that change or leave nothing.

    What a quantity may be at all, and whether the subscription runs, is the command's to say.
    """
    items = list(SubscriptionItem.objects.filter(subscription_id=subscription_id))
    item = next((one for one in items if one.resource_id == resource_id), None)
    if item is None:
        return
    _check_day(subscription_id, effective_on, today=today)
    waiting = _waiting(subscription_id, effective_on)
    planned = {one.id: waiting.get(one.id, one.quantity) for one in items}
    if quantity == planned.pop(item.id):
        raise ActionInput(
            "quantity_unchanged",
            "{object} has this quantity already.",
            object=_number(subscription_id),
            field="quantity",
            next_step="Give another number of units.",
        )
    if quantity == 0 and not any(planned[one.id] for one in items if _counts(one, item)):
        raise ActionInput(
            "change_leaves_nothing",
            "Nothing would be left of {object}.",
            object=_number(subscription_id),
            field="quantity",
            next_step="Give one unit or more, or cancel the subscription.",
        )


def _counts(one: SubscriptionItem, changed: SubscriptionItem) -> bool:
    """Tell whether another item keeps the subscription going: what is measured hangs on what is bought."""
    return one.id != changed.id and (changed.is_measured or not one.is_measured)


def _waiting(subscription_id: int, on_day: date) -> dict[int, Decimal]:
    """Give the quantities by item that are ordered for a day or an earlier one and not applied yet."""
    waiting = QuantityChange.objects.filter(
        subscription_id=subscription_id,
        effective_on__lte=on_day,
        applied_on=None,
        withdrawn_at=None,
    )
    return dict(waiting.order_by("effective_on", "id").values_list("item_id", "new_quantity"))


def _check_day(subscription_id: int, effective_on: date, *, today: date) -> None:
    if effective_on < today:
        raise ActionInput(
            "change_date_past",
            "{day} is over; {object} cannot change before today.",
            object=_number(subscription_id),
            field="effective_on",
            next_step="Choose today or a later day.",
            day=effective_on,
        )
    billing = SubBilling.objects.filter(pk=subscription_id).first()
    last = None if billing is None else last_day(billing)
    if last is not None and effective_on > max(last, today):
        raise ActionInput(
            "change_date_far",
            "{object} can be changed up to {day}, when its next term starts.",
            object=_number(subscription_id),
            field="effective_on",
            next_step="Choose that day or an earlier one.",
            day=last,
        )


def _number(subscription_id: int) -> str:
    return f"{IdKind.SUBSCRIPTION.value}-{subscription_id}"
