"""Reads of billing accounts, chains, effective plan values and own prices of SKUs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from django.db.models import Q

from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import (
    BillingAccount,
    Chain,
    ChainLink,
    HoldMode,
    SkuPrice,
    TaxRounding,
)
from entrepot.domain.resale.plan_models import PlanShown

LIMIT_MAX = 200
_GOODS = ("provider_name", "sku_id", "pricing_unit", "currency")


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


@dataclass(frozen=True, slots=True)
class SkuGoods:
    """What an own price of usage is for: a vendor's SKU in one unit, and the currency of the sale."""

    provider_name: str
    sku_id: str
    pricing_unit: str
    currency: str


@dataclass(frozen=True, slots=True)
class SkuPriceVersion:
    """A price from a month on; `bands` are (lower limit, unit price), none means cost plus margins."""

    valid_from: date
    bands: tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class SkuPriceRow:
    """The own price of one SKU: what holds now, what is scheduled after it, and what held before, newest first."""

    goods: SkuGoods
    now: SkuPriceVersion | None
    later: tuple[SkuPriceVersion, ...]
    earlier: tuple[SkuPriceVersion, ...]


@dataclass(frozen=True, slots=True)
class SkuPricePage:
    """One page of own prices, by provider and SKU; `has_next` tells whether there is another."""

    rows: tuple[SkuPriceRow, ...]
    has_next: bool


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
    overlays: dict[int, list[PlanShown]] = {}
    for row in PlanShown.objects.filter(plan_id__in=plan_ids, account_id__in=upward):
        overlays.setdefault(row.plan_id, []).append(row)
    return {
        plan.id: _values(
            plan, sorted(overlays.get(plan.id, ()), key=lambda row: upward.index(row.account_id))
        )
        for plan in Plan.objects.filter(pk__in=plan_ids)
    }


def sku_prices(
    viewer: Viewer, *, today: date, limit: int, skip: int = 0, search: str = ""
) -> SkuPricePage:
    """Give the viewer's own prices of SKUs, at most `limit` (200) after `skip`; two statements more for all versions.

    `search` finds a part of the provider or the SKU.
    """
    own = visible(viewer, SkuPrice)
    if search:
        own = own.filter(Q(sku_id__icontains=search) | Q(provider_name__icontains=search))
    size = min(limit, LIMIT_MAX)
    keys = own.order_by(*_GOODS).values_list(*_GOODS).distinct()[skip : skip + size + 1]
    goods = [SkuGoods(*key) for key in keys]
    versions: dict[SkuGoods, list[SkuPriceVersion]] = {one: [] for one in goods[:size]}
    rows = own.filter(sku_id__in={one.sku_id for one in versions}).prefetch_related("bands")
    for row in rows.order_by("-valid_from"):
        key = SkuGoods(row.provider_name, row.sku_id, row.pricing_unit, row.currency)
        if key in versions:
            bands = sorted((band.lower_limit, band.unit_price) for band in row.bands.all())
            versions[key].append(SkuPriceVersion(row.valid_from, tuple(bands)))
    found = (_sku_row(key, known, today=today) for key, known in versions.items())
    return SkuPricePage(tuple(found), has_next=len(goods) > size)


def _sku_row(
    goods: SkuGoods, newest_first: Sequence[SkuPriceVersion], *, today: date
) -> SkuPriceRow:
    begun = [one for one in newest_first if one.valid_from <= today]
    return SkuPriceRow(
        goods,
        now=begun[0] if begun else None,
        later=tuple(one for one in newest_first if one.valid_from > today),
        earlier=tuple(begun[1:]),
    )


def sold_currencies(viewer: Viewer) -> tuple[str, ...]:
    """Give the currencies in which the viewer's account bills, in alphabetical order."""
    found = visible(viewer, BillingAccount).filter(seller_id=viewer.account_id)
    return tuple(found.order_by("currency").values_list("currency", flat=True).distinct())


def _values(plan: Plan, nearest_first: Sequence[PlanShown]) -> PlanValues:
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
