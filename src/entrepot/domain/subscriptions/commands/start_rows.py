"""The rows of a new subscription, as section 2 of docs/billing.md describes them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.domain.catalog.models import PlanPeriod, PlanResource
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import Chain, ChainLink
from entrepot.domain.subscriptions.errors import OrderRefused, SubscriptionInput
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling, Subscription, SubscriptionItem
from entrepot.domain.subscriptions.rules import BillingDates, due_on, search_text
from entrepot.kernel.ids import IdKind

ANCHOR_MAX = 31


def add_wide(*, customer: Account, period: PlanPeriod, chain: Chain, **facts: Any) -> Subscription:
    """Add the row that people see, ordered and not started. Raises: OrderRefused for a chain without sellers."""
    links = ChainLink.objects.filter(chain=chain).select_related("billing_account")
    last = links.order_by("-tier").first()
    if last is None:
        raise OrderRefused(
            "chain_of_another_customer",
            "The chain of {object} has no sellers.",
            object=f"{IdKind.ACCOUNT.value}-{customer.id}",
            next_step="Open a new chain.",
        )
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
        status=Status.ORDERED,
        currency=last.billing_account.currency,
        **facts,
    )
    wide.search_text = search_text(
        customer=customer.name,
        plan=period.plan.name,
        number=f"{IdKind.SUBSCRIPTION.value}-{wide.id}",
        vendor_reference=wide.vendor_reference,
        purchase_order=wide.purchase_order,
    )
    return wide


def add_items(
    wide: Subscription, rows: Sequence[tuple[PlanResource, Decimal]]
) -> list[SubscriptionItem]:
    """Add the items with their quantities, in the plan's order; the first one's is what lists show.

    Stores what `add_wide` could not know before the row had its number, too.
    """
    wide.quantity = rows[0][1]
    wide.save(update_fields=["quantity", "search_text"])
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


def add_billing(wide: Subscription, period: PlanPeriod, *, start_on: date, anchor_day: int) -> None:
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
