"""Change quantities and the renewal of running subscriptions."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.catalog.models import PlanResource
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.subscriptions.commands.locked import (
    Locked,
    lock,
    next_change_on,
    note,
    require_day,
    require_may_order,
    require_open_window,
    require_status,
    store,
)
from entrepot.domain.subscriptions.commands.quantities import check_bounds, check_quantity
from entrepot.domain.subscriptions.errors import SubscriptionInput, TransitionRefused
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import QuantityChange, SubscriptionItem, TermCalendar
from entrepot.domain.subscriptions.seats import require_free_seats
from entrepot.infra.audit.recorder import Actor


def change_quantity(
    *,
    subscription_id: int,
    resource_id: int,
    quantity: Decimal,
    effective_on: date,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> int:
    """Order a new total of units of a resource from a day on; return the change's id.

    The daily run of that day applies and charges it. A day before the running period counts as the
    period's first day. Raises: NoSuchObject; SubscriptionConflict; SubscriptionInput; OrderRefused (`seats_assigned`);
    TransitionRefused `subscription_not_running`, `change_after_cancellation`, `window_closed` for fewer units.
    """
    require_day(effective_on, field="effective_on")
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, Status.TRIAL, Status.ACTIVE)
        require_may_order(customer_path=held.wide.customer_path)
        item = SubscriptionItem.objects.filter(
            subscription_id=subscription_id, resource_id=resource_id
        ).first()
        if item is None:
            raise NoSuchObject(object="resource")
        check_quantity(quantity, is_measured=item.is_measured)
        offered = PlanResource.objects.filter(plan=held.wide.plan_id, resource=resource_id).first()
        if offered is not None:
            check_bounds(quantity, minimum=offered.minimum, maximum=offered.maximum)
        _check_day(held, effective_on)
        if quantity < item.quantity:
            require_open_window(held, effective_on)
            require_free_seats(
                number=held.number,
                subscription_id=subscription_id,
                resource_id=resource_id,
                quantity=quantity,
            )
        change = QuantityChange.objects.create(
            tenant_id=held.wide.tenant_id,
            subscription_id=subscription_id,
            item_id=item.id,
            effective_on=effective_on,
            new_quantity=quantity,
            ordered_at=now,
            ordered_by=actor.name[:150],
        )
        held.billing.next_change_on = next_change_on(subscription_id=subscription_id)
        store(held)
        note(
            held.wide,
            kind="change_ordered",
            on_day=effective_on,
            actor=actor,
            now=now,
            before={"quantity": str(item.quantity)},
            after={"item": item.id, "quantity": str(quantity), "change": change.id},
        )
    return change.id


def withdraw_change(
    *, change_id: int, actor: Actor, now: datetime, today: date, expected_version: int | None = None
) -> None:
    """Take back a quantity change that has not taken effect yet.

    Raises: NoSuchObject; SubscriptionConflict; TransitionRefused `change_not_open`.
    """
    with transaction.atomic():
        known = QuantityChange.objects.filter(pk=change_id).first()
        if known is None:
            raise NoSuchObject(object="quantity change")
        held = lock(subscription_id=known.subscription_id, expected_version=expected_version)
        waiting = QuantityChange.objects.filter(pk=change_id, applied_on=None, withdrawn_at=None)
        if not waiting.update(withdrawn_at=now):
            raise TransitionRefused(
                "change_not_open",
                "This change of {object} has taken effect or was withdrawn already.",
                object=held.number,
                next_step="Order another change.",
            )
        held.billing.next_change_on = next_change_on(subscription_id=known.subscription_id)
        store(held)
        note(
            held.wide,
            kind="change_withdrawn",
            on_day=today,
            actor=actor,
            now=now,
            after={"item": known.item_id, "change": change_id},
        )


def set_auto_renew(
    *,
    subscription_id: int,
    auto_renew: bool,
    actor: Actor,
    now: datetime,
    today: date,
    expected_version: int | None = None,
) -> None:
    """Say whether the subscription goes on after its term; nothing is written when it is so already.

    Raises: NoSuchObject; SubscriptionConflict; TransitionRefused `subscription_not_running`.
    """
    with transaction.atomic():
        held = lock(subscription_id=subscription_id, expected_version=expected_version)
        require_status(held, Status.TRIAL, Status.ACTIVE)
        if held.billing.auto_renew == auto_renew:
            return
        held.billing.auto_renew = auto_renew
        store(held, wide={"auto_renew": auto_renew})
        TermCalendar.objects.filter(pk=subscription_id).update(auto_renew=auto_renew)
        note(
            held.wide,
            kind="renewal_set",
            on_day=today,
            actor=actor,
            now=now,
            before={"auto_renew": not auto_renew},
            after={"auto_renew": auto_renew},
        )


def _check_day(held: Locked, effective_on: date) -> None:
    if held.wide.started_on is not None and effective_on < held.wide.started_on:
        raise SubscriptionInput(
            "change_before_start",
            "{object} starts on {day}; nothing can change before.",
            object=held.number,
            field="effective_on",
            next_step="Choose that day or a later one.",
            day=held.wide.started_on,
        )
    if held.billing.cancel_on is not None and effective_on >= held.billing.cancel_on:
        raise TransitionRefused(
            "change_after_cancellation",
            "{object} ends on {day}, before this change.",
            object=held.number,
            next_step="Choose an earlier day, or withdraw the cancellation.",
            day=held.billing.cancel_on,
        )
