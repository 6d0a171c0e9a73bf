"""Start a subscription: the rows of section 2, "Activation", of docs/billing.md."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import BillingAccount, Chain, ChainLink
from entrepot.domain.resale.queries import is_plan_published
from entrepot.domain.subscriptions.commands import discounts as agreed
from entrepot.domain.subscriptions.commands.discounts import Discount
from entrepot.domain.subscriptions.commands.locked import note, require_day, require_may_order
from entrepot.domain.subscriptions.commands.quantities import check_quantity
from entrepot.domain.subscriptions.errors import OrderRefused, SubscriptionInput
from entrepot.domain.subscriptions.events import SubscriptionStarted
from entrepot.domain.subscriptions.lifecycle import NEXT, Status, Trigger
from entrepot.domain.subscriptions.models import SubBilling, Subscription, SubscriptionItem
from entrepot.domain.subscriptions.rules import BillingDates, due_on, search_text
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

__all__ = ["Discount", "start_subscription"]

TRIAL_DAYS_MAX = 366
ANCHOR_MAX = 31


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
    """Start a subscription of a customer, or a reseller's own, on a day; return its id.

    `quantities` by resource id; measured resources that are not named get the first one's quantity.
    `chain_id` None: the customer's only chain. `trial_days` None: the plan period's; 0: no trial.
    `anchor_day` None: the day of month of the first paid day. `discounts` by tier.
    Raises: NoSuchObject; SubscriptionInput; OrderRefused.
    """
    with transaction.atomic():
        customer = Account.objects.filter(pk=customer_id).first()
        if customer is None:
            raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{customer_id}")
        require_may_order(customer_path=customer.path)
        period = _period(plan_period_id, customer)
        chain = _chain(customer, chain_id)
        trial = period.trial_days if trial_days is None else trial_days
        paid_from = _paid_from(start_on, trial_days=trial)
        wide = _add_wide(
            customer=customer,
            period=period,
            chain=chain,
            started_on=start_on,
            trial_end=paid_from if trial else None,
            auto_renew=auto_renew,
            vendor_reference=_text(vendor_reference, field="vendor_reference", most=120),
            purchase_order=_text(purchase_order, field="purchase_order", most=80),
        )
        items = _add_items(wide, _checked(period.plan, quantities))
        agreed.add_discounts(wide=wide, items=items, discounts=discounts or {}, first_day=paid_from)
        _add_billing(wide, period, start_on=start_on, anchor_day=anchor_day or paid_from.day)
        amounts = {str(item.resource_id): str(item.quantity) for item in items}
        after = {"status": wide.status, "plan_period": period.id, "quantities": amounts}
        note(wide, kind="ordered", on_day=start_on, actor=actor, now=now, after=after)
        bus.publish(SubscriptionStarted(wide.id, wide.tenant_id, start_on))
    return wide.id


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


def _add_wide(*, customer: Account, period: PlanPeriod, chain: Chain, **facts: Any) -> Subscription:
    last = ChainLink.objects.filter(chain=chain).order_by("-tier").first()
    if last is None:
        raise OrderRefused(
            "chain_of_another_customer",
            "The chain of {object} has no sellers.",
            object=f"{IdKind.ACCOUNT.value}-{customer.id}",
            next_step="Open a new chain.",
        )
    trigger = Trigger.START_TRIAL if facts["trial_end"] else Trigger.ACTIVATE
    wide = Subscription.objects.create(
        tenant_id=customer.tenant_id,
        customer=customer,
        seller_id=last.seller_id,
        customer_path=customer.path,
        customer_name=customer.name,
        plan=period.plan,
        plan_name=period.plan.name,
        plan_period=period,
        chain=chain,
        is_own=customer.kind is AccountKind.RESELLER,
        status=NEXT[Status.ORDERED, trigger],
        currency=BillingAccount.objects.get(pk=last.billing_account_id).currency,
        **facts,
    )
    text = search_text(
        customer=customer.name,
        plan=period.plan.name,
        number=f"{IdKind.SUBSCRIPTION.value}-{wide.id}",
        vendor_reference=wide.vendor_reference,
        purchase_order=wide.purchase_order,
    )
    Subscription.objects.filter(pk=wide.pk).update(search_text=text)
    return wide


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


def _add_items(
    wide: Subscription, rows: Sequence[tuple[PlanResource, Decimal]]
) -> list[SubscriptionItem]:
    Subscription.objects.filter(pk=wide.pk).update(quantity=rows[0][1])
    return SubscriptionItem.objects.bulk_create(
        SubscriptionItem(
            tenant_id=wide.tenant_id,
            subscription=wide,
            resource_id=row.resource_id,
            quantity=quantity,
            included=row.included,
            is_measured=row.resource.is_measured,
            position=place,
        )
        for place, (row, quantity) in enumerate(rows)
    )


def _add_billing(
    wide: Subscription, period: PlanPeriod, *, start_on: date, anchor_day: int
) -> None:
    if not 1 <= anchor_day <= ANCHOR_MAX:
        raise SubscriptionInput(
            "anchor_day_out_of_bounds",
            "{day} is not a day of a month.",
            field="anchor_day",
            next_step="Give a day from 1 to 31.",
            day=anchor_day,
        )
    # An empty period and term that end on the first day: the first billing is like every later one.
    paid_from = None if wide.trial_end else start_on
    dates = BillingDates(
        status=Status(wide.status),
        period_start=paid_from,
        period_end=paid_from,
        term_end=paid_from,
        trial_end=wide.trial_end,
    )
    SubBilling.objects.create(
        subscription_id=wide.id,
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
        is_usage=period.plan.is_usage,
        chain_id=wide.chain_id,
        plan_period_id=period.id,
        customer_id=wide.customer_id,
        tax_category_id=period.plan.tax_category_id,
    )
