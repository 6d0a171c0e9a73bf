"""The rows of new subscriptions, as section 2 of docs/billing.md describes them; written for several at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.subscriptions.commands.discounts import Discount, add_discounts
from entrepot.domain.subscriptions.commands.locked import require_day
from entrepot.domain.subscriptions.errors import SubscriptionInput
from entrepot.domain.subscriptions.events import SubscriptionStarted
from entrepot.domain.subscriptions.lifecycle import NEXT, Status, Trigger
from entrepot.domain.subscriptions.models import SubBilling, Subscription, SubscriptionItem
from entrepot.domain.subscriptions.rules import BillingDates, due_on, search_text
from entrepot.domain.subscriptions.sale import Sale, SoldPeriod, SoldResource
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

ANCHOR_MAX = 31
TRIAL_DAYS_MAX = 366
_PACKAGE = "entrepot.domain.subscriptions"


@dataclass(frozen=True, slots=True)
class NewRow:
    """What one subscription is made of: the period, and its resources with units in the plan's order."""

    period: SoldPeriod
    units: Sequence[tuple[SoldResource, Decimal]]


@dataclass(frozen=True, slots=True)
class Beginning:
    """How subscriptions begin; see `activate_subscription` for the values. `trials` has days by subscription."""

    start_on: date
    trial_days: int | None = None
    anchor_day: int | None = None
    discounts: Mapping[int, Discount] = field(default_factory=dict)
    trials: Mapping[int, int] = field(default_factory=dict)


def add_rows(
    sale: Sale,
    lines: Sequence[NewRow],
    *,
    auto_renew: bool,
    follows_id: int | None = None,
    **texts: str,
) -> list[tuple[Subscription, list[SubscriptionItem]]]:
    """Add the rows that people see, ordered and not started, with their items; three statements."""
    taken = prepared_rows(statement(_PACKAGE, "take_ids"), count=len(lines))
    wides = [
        _wide(sale, line, number, auto_renew=auto_renew, follows_id=follows_id, **texts)
        for line, (number,) in zip(lines, taken, strict=True)
    ]
    items = [_items(wide, line) for wide, line in zip(wides, lines, strict=True)]
    Subscription.objects.bulk_create(wides)
    SubscriptionItem.objects.bulk_create(item for group in items for item in group)
    return list(zip(wides, items, strict=True))


def begin_all(
    rows: Sequence[tuple[Subscription, SoldPeriod | PlanPeriod]], begin: Beginning
) -> None:
    """Let subscriptions begin on a day, and say so. Their objects are brought up to date."""
    for wide, period in rows:
        given = begin.trials.get(wide.pk, begin.trial_days)
        trial = period.trial_days if given is None else given
        paid_from = _paid_from(begin.start_on, trial_days=trial)
        wide.started_on = begin.start_on
        wide.trial_end = paid_from if trial else None
        wide.status = NEXT[wide.status, Trigger.START_TRIAL if trial else Trigger.ACTIVATE]
        if begin.discounts:
            items = SubscriptionItem.objects.filter(subscription=wide).order_by("position", "id")
            add_discounts(
                wide=wide, items=list(items), discounts=begin.discounts, first_day=paid_from
            )
    prepared_rows(
        statement(_PACKAGE, "start_ordered"),
        start_on=begin.start_on,
        subscription_ids=[wide.pk for wide, _period in rows],
        statuses=[wide.status.value for wide, _period in rows],
        trial_ends=[wide.trial_end for wide, _period in rows],
    )
    SubBilling.objects.bulk_create(_billing(wide, period, begin) for wide, period in rows)
    for wide, _period in rows:
        bus.publish(SubscriptionStarted(wide.id, wide.tenant_id, begin.start_on))


def _wide(
    sale: Sale,
    line: NewRow,
    number: int,
    *,
    auto_renew: bool,
    follows_id: int | None,
    **texts: str,
) -> Subscription:
    period = line.period
    return Subscription(
        id=number,
        tenant_id=sale.tenant_id,
        customer_id=sale.customer_id,
        seller_id=sale.last.seller_id,
        customer_path=sale.path,
        customer_name=sale.name,
        plan_id=period.plan_id,
        plan_name=period.plan_name,
        plan_period_id=period.id,
        chain_id=sale.last.chain_id,
        is_own=sale.is_reseller,
        status=Status.ORDERED,
        auto_renew=auto_renew,
        follows_id=follows_id,
        currency=sale.last.currency,
        quantity=line.units[0][1],
        search_text=search_text(
            customer=sale.name,
            plan=period.plan_name,
            number=f"{IdKind.SUBSCRIPTION.value}-{number}",
            vendor_reference=texts["vendor_reference"],
            purchase_order=texts["purchase_order"],
        ),
        **texts,
    )


def _items(wide: Subscription, line: NewRow) -> list[SubscriptionItem]:
    return [
        SubscriptionItem(
            tenant_id=wide.tenant_id,
            subscription_id=wide.pk,
            resource_id=resource.id,
            quantity=quantity,
            included=resource.included,
            is_measured=resource.is_measured,
            position=place,
        )
        for place, (resource, quantity) in enumerate(line.units)
    ]


def _billing(wide: Subscription, period: SoldPeriod | PlanPeriod, begin: Beginning) -> SubBilling:
    plan = period if isinstance(period, SoldPeriod) else period.plan
    first = wide.trial_end or begin.start_on
    anchor_day = begin.anchor_day or first.day
    _require_anchor(anchor_day)
    # An empty period and term that end on the first day: the first billing is like every later one.
    paid_from = None if wide.trial_end else begin.start_on
    dates = BillingDates(
        status=Status(wide.status),
        period_start=paid_from,
        period_end=paid_from,
        term_end=paid_from,
        trial_end=wide.trial_end,
    )
    return SubBilling(
        subscription_id=wide.pk,
        tenant_id=wide.tenant_id,
        due_on=due_on(dates),
        status=dates.status,
        anchor_day=anchor_day,
        billing_months=period.billing_months,
        term_months=period.term_months,
        grace_days=period.grace_days,
        period_start=paid_from,
        period_end=paid_from,
        term_end=paid_from,
        trial_end=wide.trial_end,
        auto_renew=wide.auto_renew,
        is_usage=plan.is_usage,
        chain_id=wide.chain_id,
        plan_period_id=period.id,
        customer_id=wide.customer_id,
        tax_category_id=plan.tax_category_id,
    )


def _require_anchor(anchor_day: int) -> None:
    if not 1 <= anchor_day <= ANCHOR_MAX:
        raise SubscriptionInput(
            "anchor_day_out_of_bounds",
            "{day} is not a day of a month.",
            field="anchor_day",
            next_step="Give a day from 1 to 31.",
            day=anchor_day,
        )


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
