"""Start subscriptions: the rows of section 2, "Activation", of docs/billing.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.subscriptions.commands.discounts import Discount
from entrepot.domain.subscriptions.commands.history import Note, note_all
from entrepot.domain.subscriptions.commands.locked import note, require_day, require_may_order
from entrepot.domain.subscriptions.commands.quantities import checked
from entrepot.domain.subscriptions.commands.start_rows import (
    Beginning,
    NewRow,
    add_rows,
    begin_all,
)
from entrepot.domain.subscriptions.errors import (
    OrderRefused,
    SubscriptionInput,
    TransitionRefused,
)
from entrepot.domain.subscriptions.lifecycle import NEXT, Status, Trigger
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem
from entrepot.domain.subscriptions.promotions import give_back_promotions
from entrepot.domain.subscriptions.sale import Sale, read_sale
from entrepot.domain.subscriptions.spoken import SPOKEN
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import IdKind

__all__ = [
    "Discount",
    "Wanted",
    "activate_subscription",
    "activate_subscriptions",
    "add_subscription",
    "add_subscriptions",
    "drop_ordered",
    "start_subscription",
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One subscription to add: a plan period, and units by resource id.

    Measured resources that are not named get the first one's quantity.
    """

    plan_period_id: int
    quantities: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What subscriptions that are added together have in common."""

    on_day: date
    auto_renew: bool = True
    vendor_reference: str = ""
    purchase_order: str = ""
    follows_id: int | None = None


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

    An order adds it first and starts it when the vendor has made the service: see `add_subscriptions` and
    `activate_subscription` for the parameters.
    Raises: NoSuchObject; SubscriptionInput; OrderRefused.
    """
    with transaction.atomic():
        sale = read_sale(
            customer_id=customer_id,
            plan_period_ids=[plan_period_id],
            chain_id=chain_id,
            keep_buyer=True,
        )
        facts = _Facts(start_on, auto_renew, vendor_reference, purchase_order)
        rows = _add(sale, [Wanted(plan_period_id, quantities)], facts)
        begin = Beginning(start_on, trial_days, anchor_day, discounts or {})
        ((wide, _items),) = rows
        begin_all([(wide, sale.periods[plan_period_id])], begin)
        note_all(notes=[_ordered_note(*rows[0])], on_day=start_on, actor=actor, now=now)
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
    """Add one subscription that is ordered on a day; `chain_id` None: the customer's only chain. Return its id.

    Raises: as `add_subscriptions`.
    """
    sale = read_sale(customer_id=customer_id, plan_period_ids=[plan_period_id], chain_id=chain_id)
    (wide,) = add_subscriptions(
        sale=sale,
        wanted=[Wanted(plan_period_id, quantities)],
        on_day=on_day,
        actor=actor,
        now=now,
        auto_renew=auto_renew,
        purchase_order=purchase_order,
    )
    return wide.id


def add_subscriptions(
    *,
    sale: Sale,
    wanted: Sequence[Wanted],
    on_day: date,
    actor: Actor,
    now: datetime,
    auto_renew: bool = True,
    purchase_order: str = "",
    follows_id: int | None = None,
) -> list[Subscription]:
    """Add subscriptions that are ordered on a day and not started; nothing is charged for them.

    Return them in the order given. `follows_id` is the subscription in whose place they come, if any. The number of
    statements does not depend on how many there are.
    Raises: NoSuchObject; SubscriptionInput; OrderRefused.
    """
    with transaction.atomic(savepoint=False):
        facts = _Facts(on_day, auto_renew, purchase_order=purchase_order, follows_id=follows_id)
        rows = _add(sale, wanted, facts)
        notes = [_ordered_note(wide, items) for wide, items in rows]
        note_all(notes=notes, on_day=on_day, actor=actor, now=now)
    return [wide for wide, _items in rows]


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
    begin = Beginning(start_on, trial_days, anchor_day, discounts or {})
    _activate([subscription_id], begin, actor=actor, now=now)


def activate_subscriptions(
    *,
    trials: Mapping[int, int],
    start_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Start ordered subscriptions on a day as `activate_subscription` does; `trials` has days by subscription.

    The number of statements does not depend on how many there are, but for what reacts to each start.
    """
    _activate(list(trials), Beginning(start_on, trials=trials), actor=actor, now=now)


def drop_ordered(*, subscription_id: int, on_day: date, actor: Actor, now: datetime) -> None:
    """Cancel an ordered subscription that never started; nothing was or will be charged.

    Raises: NoSuchObject; TransitionRefused `subscription_not_ordered`.
    """
    with transaction.atomic():
        (wide,) = _ordered([subscription_id])
        wide.status = NEXT[Status.ORDERED, Trigger.CANCEL]
        wide.ended_on = on_day
        wide.save(update_fields=["status", "ended_on"])
        give_back_promotions(subscription_id=wide.id)
        after = {"status": wide.status}
        note(wide, kind="order_cancelled", on_day=on_day, actor=actor, now=now, after=after)


def _add(
    sale: Sale, wanted: Sequence[Wanted], facts: _Facts
) -> list[tuple[Subscription, list[SubscriptionItem]]]:
    require_day(facts.on_day, field="start_on")
    require_may_order(customer_path=sale.path)
    _require_sold(sale)
    texts = {
        "vendor_reference": _text(facts.vendor_reference, field="vendor_reference", most=120),
        "purchase_order": _text(facts.purchase_order, field="purchase_order", most=80),
    }
    lines = [
        NewRow(period, checked(period, one.quantities))
        for one in wanted
        for period in (sale.periods[one.plan_period_id],)
    ]
    return add_rows(sale, lines, auto_renew=facts.auto_renew, follows_id=facts.follows_id, **texts)


def _activate(
    subscription_ids: Sequence[int], begin: Beginning, *, actor: Actor, now: datetime
) -> None:
    with transaction.atomic(savepoint=False):
        rows = _ordered(subscription_ids)
        begin_all([(wide, wide.plan_period) for wide in rows], begin)
        notes = [
            Note(
                wide.id,
                wide.tenant_id,
                label=f"{wide.customer_name}: {wide.plan_name}",
                kind="activated",
                after={"status": wide.status, "start_on": begin.start_on.isoformat()},
            )
            for wide in rows
        ]
        note_all(notes=notes, on_day=begin.start_on, actor=actor, now=now)


def _ordered_note(wide: Subscription, items: Sequence[SubscriptionItem]) -> Note:
    amounts = {str(item.resource_id): str(item.quantity) for item in items}
    return Note(
        wide.id,
        wide.tenant_id,
        label=f"{wide.customer_name}: {wide.plan_name}",
        kind="ordered",
        after={
            "status": wide.status,
            "plan_period": wide.plan_period_id,
            "quantities": amounts,
        },
    )


def _ordered(subscription_ids: Sequence[int]) -> list[Subscription]:
    """Lock subscriptions that are ordered and not started; give them in the order of their ids."""
    locked = Subscription.objects.select_for_update(of=("self",)).select_related(
        "plan_period__plan"
    )
    found = list(locked.filter(pk__in=subscription_ids).order_by("pk"))
    for number in sorted(set(subscription_ids) - {wide.pk for wide in found}):
        raise NoSuchObject(object=f"{IdKind.SUBSCRIPTION.value}-{number}")
    for wide in found:
        if wide.status is not Status.ORDERED:
            raise TransitionRefused(
                "subscription_not_ordered",
                "{object} is {status}: it was started or cancelled before.",
                object=f"{IdKind.SUBSCRIPTION.value}-{wide.pk}",
                next_step="Look at it again.",
                status=SPOKEN[wide.status],
            )
    return found


def _require_sold(sale: Sale) -> None:
    """Refuse plans that this buyer is not sold, and a chain that is not the one. Raises: OrderRefused."""
    for period in sale.periods.values():
        if not period.is_sold:
            raise OrderRefused(
                "plan_not_sold",
                "{object} is not sold to this customer, or not for this period.",
                object=f"{IdKind.PLAN.value}-{period.plan_id}",
                next_step="Choose another plan or period, or publish it.",
            )
    if sale.chains != 1 or not sale.tiers:
        raise OrderRefused(
            "chain_of_another_customer",
            "{object} has no chain of sellers of this kind, or several to choose from.",
            object=f"{IdKind.ACCOUNT.value}-{sale.customer_id}",
            next_step="Open a chain for its market, or name the one to use.",
        )


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
