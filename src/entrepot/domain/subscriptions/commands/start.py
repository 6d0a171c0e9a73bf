"""Start a subscription: the rows of section 2, "Activation", of docs/billing.md."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import Chain
from entrepot.domain.resale.queries import is_plan_published
from entrepot.domain.subscriptions.commands import discounts as agreed
from entrepot.domain.subscriptions.commands.discounts import Discount
from entrepot.domain.subscriptions.commands.locked import note, require_day, require_may_order
from entrepot.domain.subscriptions.commands.quantities import check_quantity
from entrepot.domain.subscriptions.commands.start_rows import add_billing, add_items, add_wide
from entrepot.domain.subscriptions.errors import (
    OrderRefused,
    SubscriptionInput,
    TransitionRefused,
)
from entrepot.domain.subscriptions.events import SubscriptionStarted
from entrepot.domain.subscriptions.lifecycle import NEXT, Status, Trigger
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

__all__ = [
    "Discount",
    "activate_subscription",
    "add_subscription",
    "drop_ordered",
    "start_subscription",
]

TRIAL_DAYS_MAX = 366


def start_subscription(
    *,
    customer_id: int,
    plan_period_id: int,
    quantities: Mapping[int, Decimal],
    start_on: date,
    actor: Actor,
    now: datetime,
    chain_id: int | None = None,
    trial_days: int | None = None,
    anchor_day: int | None = None,
    auto_renew: bool = True,
    discounts: Mapping[int, Discount] | None = None,
    vendor_reference: str = "",
    purchase_order: str = "",
) -> int:
    """Start a subscription that runs already, of a customer or a reseller's own, on a day; return its id.

    An order adds it first and starts it when the vendor has made the service: see `add_subscription` and
    `activate_subscription` for the parameters.
    Raises: NoSuchObject; SubscriptionInput; OrderRefused.
    """
    with transaction.atomic():
        wide, items = _add(
            customer_id=customer_id,
            plan_period_id=plan_period_id,
            quantities=quantities,
            on_day=start_on,
            chain_id=chain_id,
            auto_renew=auto_renew,
            vendor_reference=vendor_reference,
            purchase_order=purchase_order,
        )
        _begin(wide, items, start_on, trial_days, anchor_day, discounts or {})
        note(wide, kind="ordered", on_day=start_on, actor=actor, now=now, after=_facts(wide, items))
    return wide.id


def add_subscription(
    *,
    customer_id: int,
    plan_period_id: int,
    quantities: Mapping[int, Decimal],
    on_day: date,
    actor: Actor,
    now: datetime,
    chain_id: int | None = None,
    auto_renew: bool = True,
    purchase_order: str = "",
) -> int:
    """Add a subscription that is ordered on a day and not started; nothing is charged for it. Return its id.

    `quantities` by resource id; measured resources that are not named get the first one's quantity.
    `chain_id` None: the customer's only chain.
    Raises: NoSuchObject; SubscriptionInput; OrderRefused.
    """
    with transaction.atomic():
        wide, items = _add(
            customer_id=customer_id,
            plan_period_id=plan_period_id,
            quantities=quantities,
            on_day=on_day,
            chain_id=chain_id,
            auto_renew=auto_renew,
            purchase_order=purchase_order,
        )
        note(wide, kind="ordered", on_day=on_day, actor=actor, now=now, after=_facts(wide, items))
    return wide.id


def activate_subscription(
    *,
    subscription_id: int,
    start_on: date,
    actor: Actor,
    now: datetime,
    trial_days: int | None = None,
    anchor_day: int | None = None,
    discounts: Mapping[int, Discount] | None = None,
) -> None:
    """Start an ordered subscription on a day: its trial, or its first paid term, begins and is billed.

    `trial_days` None: the plan period's; 0: no trial. `anchor_day` None: the day of month of the first paid day.
    `discounts` by tier. Raises: NoSuchObject; SubscriptionInput; TransitionRefused `subscription_not_ordered`.
    """
    with transaction.atomic():
        wide = _ordered(subscription_id)
        items = list(SubscriptionItem.objects.filter(subscription=wide).order_by("position", "id"))
        _begin(wide, items, start_on, trial_days, anchor_day, discounts or {})
        after = {"status": wide.status, "start_on": start_on.isoformat()}
        note(wide, kind="activated", on_day=start_on, actor=actor, now=now, after=after)


def drop_ordered(*, subscription_id: int, on_day: date, actor: Actor, now: datetime) -> None:
    """Cancel an ordered subscription that never started; nothing was or will be charged.

    Raises: NoSuchObject; TransitionRefused `subscription_not_ordered`.
    """
    with transaction.atomic():
        wide = _ordered(subscription_id)
        wide.status = NEXT[Status.ORDERED, Trigger.CANCEL]
        wide.ended_on = on_day
        wide.save(update_fields=["status", "ended_on"])
        after = {"status": wide.status}
        note(wide, kind="order_cancelled", on_day=on_day, actor=actor, now=now, after=after)


def _add(
    *,
    customer_id: int,
    plan_period_id: int,
    quantities: Mapping[int, Decimal],
    on_day: date,
    chain_id: int | None,
    auto_renew: bool,
    purchase_order: str,
    vendor_reference: str = "",
) -> tuple[Subscription, list[SubscriptionItem]]:
    require_day(on_day, field="start_on")
    customer = Account.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{customer_id}")
    require_may_order(customer_path=customer.path)
    period = _period(plan_period_id, customer)
    wide = add_wide(
        customer=customer,
        period=period,
        chain=_chain(customer, chain_id),
        auto_renew=auto_renew,
        vendor_reference=_text(vendor_reference, field="vendor_reference", most=120),
        purchase_order=_text(purchase_order, field="purchase_order", most=80),
    )
    return wide, add_items(wide, _checked(period.plan, quantities))


def _begin(
    wide: Subscription,
    items: Sequence[SubscriptionItem],
    start_on: date,
    trial_days: int | None,
    anchor_day: int | None,
    discounts: Mapping[int, Discount],
) -> None:
    period = PlanPeriod.objects.select_related("plan").get(pk=wide.plan_period_id)
    trial = period.trial_days if trial_days is None else trial_days
    paid_from = _paid_from(start_on, trial_days=trial)
    wide.started_on = start_on
    wide.trial_end = paid_from if trial else None
    wide.status = NEXT[wide.status, Trigger.START_TRIAL if trial else Trigger.ACTIVATE]
    wide.save(update_fields=["started_on", "trial_end", "status"])
    if discounts:
        agreed.add_discounts(wide=wide, items=items, discounts=discounts, first_day=paid_from)
    add_billing(wide, period, start_on=start_on, anchor_day=anchor_day or paid_from.day)
    bus.publish(SubscriptionStarted(wide.id, wide.tenant_id, start_on))


def _facts(wide: Subscription, items: Sequence[SubscriptionItem]) -> Mapping[str, Any]:
    amounts = {str(item.resource_id): str(item.quantity) for item in items}
    return {"status": wide.status, "plan_period": wide.plan_period_id, "quantities": amounts}


def _ordered(subscription_id: int) -> Subscription:
    """Lock a subscription that is ordered and not started."""
    number = f"{IdKind.SUBSCRIPTION.value}-{subscription_id}"
    wide = Subscription.objects.select_for_update().filter(pk=subscription_id).first()
    if wide is None:
        raise NoSuchObject(object=number)
    if wide.status is not Status.ORDERED:
        raise TransitionRefused(
            "subscription_not_ordered",
            "{object} is {status}: it was started or cancelled before.",
            object=number,
            next_step="Look at it again.",
            status=wide.status.value,
        )
    return wide


def _period(plan_period_id: int, customer: Account) -> PlanPeriod:
    period = PlanPeriod.objects.select_related("plan").filter(pk=plan_period_id).first()
    if period is None:
        raise NoSuchObject(object="plan period")
    seller_path = customer.path[: customer.path.rstrip(".").rfind(".") + 1]
    if not (
        period.is_active and is_plan_published(plan_id=period.plan_id, seller_path=seller_path)
    ):
        raise OrderRefused(
            "plan_not_sold",
            "{object} is not sold to this customer, or not for this period.",
            object=f"{IdKind.PLAN.value}-{period.plan_id}",
            next_step="Choose another plan or period, or publish it.",
        )
    return period


def _chain(customer: Account, chain_id: int | None) -> Chain:
    chains = Chain.objects.filter(customer=customer)
    found = list((chains if chain_id is None else chains.filter(pk=chain_id)).order_by("id")[:2])
    if len(found) != 1:
        raise OrderRefused(
            "chain_of_another_customer",
            "{object} has no chain of sellers of this kind, or several to choose from.",
            object=f"{IdKind.ACCOUNT.value}-{customer.id}",
            next_step="Open a chain for its market, or name the one to use.",
        )
    return found[0]


def _paid_from(start_on: date, *, trial_days: int) -> date:
    require_day(start_on, field="start_on")
    if not 0 <= trial_days <= TRIAL_DAYS_MAX:
        raise SubscriptionInput(
            "trial_days_out_of_bounds",
            "A trial lasts 0 to {most} days.",
            field="trial_days",
            next_step="Give a number in these bounds.",
            most=TRIAL_DAYS_MAX,
        )
    return start_on + timedelta(days=trial_days)


def _text(text: str, *, field: str, most: int) -> str:
    cleaned = text.strip()
    if len(cleaned) > most or not cleaned.isprintable():
        raise SubscriptionInput(
            "subscription_text_unusable",
            "A reference has at most {most} visible characters.",
            field=field,
            next_step="Shorten it.",
            most=most,
        )
    return cleaned


def _checked(plan: Plan, quantities: Mapping[int, Decimal]) -> list[tuple[PlanResource, Decimal]]:
    """Check the quantities against the plan; give what becomes an item, in the plan's order."""
    offered = list(
        PlanResource.objects.filter(plan=plan).select_related("resource").order_by("position", "id")
    )
    if not quantities or set(quantities) - {row.resource_id for row in offered}:
        raise SubscriptionInput(
            "resource_not_in_plan",
            "The quantities do not name resources of the plan {object}.",
            object=f"{IdKind.PLAN.value}-{plan.id}",
            field="quantities",
            next_step="Give a quantity for the resources of the plan.",
        )
    for row in offered:
        if row.resource_id in quantities:
            check_quantity(quantities[row.resource_id], is_measured=row.resource.is_measured)
    if not any(quantities.values()) and not plan.is_usage:
        raise SubscriptionInput(
            "quantity_all_zero",
            "An order needs at least one unit.",
            field="quantities",
            next_step="Give a quantity above zero.",
        )
    first = next(quantities[row.resource_id] for row in offered if row.resource_id in quantities)
    return [
        (row, quantities.get(row.resource_id, first))
        for row in offered
        if row.resource_id in quantities or row.resource.is_measured
    ]
