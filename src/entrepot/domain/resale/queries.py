"""Reads of billing accounts, chains and effective plan values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import (
    BillingAccount,
    Chain,
    ChainLink,
    HoldMode,
    PlanOverlay,
    TaxRounding,
)

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class BillingAccountRow:
    """Who bills whom, and on which terms."""

    id: int
    seller_id: int
    seller_name: str
    buyer_id: int
    buyer_name: str
    currency: str
    statement_day: int
    due_days: int
    grace_days: int
    credit_limit: Decimal | None
    hold_mode: HoldMode
    bill_on_hold: bool
    suspend_on_hold: bool
    tax_rounding: TaxRounding
    buyer_registered: bool
    has_tax_place: bool
    opened_on: date


@dataclass(frozen=True, slots=True)
class PlanValues:
    """What a seller shows of a plan: its own values, else the nearest upstream ones, else the plan's.

    `name` and `description` are texts by language; `name` None means the plan's own name.
    """

    plan_id: int
    is_published: bool
    name: Mapping[str, str] | None
    description: Mapping[str, str]
    sales_category_id: int | None
    display_in_customer_panel: bool


def billing_accounts(
    *, viewer: Viewer, account_id: int, limit: int
) -> tuple[BillingAccountRow, ...]:
    """Give the visible billing accounts in which an account sells or buys; at most `limit` (200)."""
    mine = visible(viewer, BillingAccount)
    rows = mine.filter(buyer_id=account_id) | mine.filter(seller_id=account_id)
    found = rows.select_related("seller", "buyer").order_by("id")[: min(limit, LIMIT_MAX)]
    return tuple(
        BillingAccountRow(
            id=row.id,
            seller_id=row.seller_id,
            seller_name=row.seller.name,
            buyer_id=row.buyer_id,
            buyer_name=row.buyer.name,
            currency=row.currency,
            statement_day=row.statement_day,
            due_days=row.due_days,
            grace_days=row.grace_days,
            credit_limit=row.credit_limit,
            hold_mode=row.hold_mode,
            bill_on_hold=row.bill_on_hold,
            suspend_on_hold=row.suspend_on_hold,
            tax_rounding=row.tax_rounding,
            buyer_registered=row.buyer_registered,
            has_tax_place=row.seller_zone_id is not None and row.buyer_zone_id is not None,
            opened_on=row.opened_on,
        )
        for row in found
    )


def chain_for(*, customer_id: int, market: str, currency: str | None = None) -> int | None:
    """Find the chain of a customer for a market, and the currency of the last sale if given; the oldest one."""
    chains = Chain.objects.filter(customer_id=customer_id, market=market).order_by("id")
    for chain in chains:
        last = ChainLink.objects.filter(chain=chain).order_by("-tier").first()
        if last is not None and currency in (None, last.billing_account.currency):
            return chain.id
    return None


def is_plan_published(*, plan_id: int, seller_path: str) -> bool:
    """Tell whether the seller with that path sells the plan (see `plan_values`)."""
    return plan_values(plan_ids=[plan_id], seller_path=seller_path)[plan_id].is_published


def plan_values(*, plan_ids: Sequence[int], seller_path: str) -> Mapping[int, PlanValues]:
    """Give what the seller with that path shows of each plan; unknown plans are left out.

    Source: rule 3 of the domain reference: resale is an overlay, not a copy.
    """
    upward = [int(part) for part in seller_path.split(".") if part][::-1]
    sellers = set(Account.objects.filter(pk__in=upward).values_list("id", flat=True))
    overlays: dict[int, dict[int, PlanOverlay]] = {}
    for row in PlanOverlay.objects.filter(plan_id__in=plan_ids, account_id__in=sellers):
        overlays.setdefault(row.plan_id, {})[row.account_id] = row
    return {
        plan.id: _values(
            plan, [overlays[plan.id][k] for k in upward if k in overlays.get(plan.id, {})]
        )
        for plan in Plan.objects.filter(pk__in=plan_ids)
    }


def _values(plan: Plan, nearest_first: Sequence[PlanOverlay]) -> PlanValues:
    own: dict[str, object] = {
        "plan_id": plan.id,
        "is_published": plan.is_published,
        "name": None,
        "description": plan.description,
        "sales_category_id": plan.sales_category_id,
        "display_in_customer_panel": True,
    }
    for overlay in reversed(nearest_first):
        for field in fields(PlanValues):
            value = getattr(overlay, field.name)
            if value is not None:
                own[field.name] = value
    return PlanValues(**own)  # type: ignore[arg-type]
