"""Reads of price lists and catalogue prices for the provider's screens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from entrepot.domain.catalog.kinds import ImportState, PriceKind
from entrepot.domain.catalog.models import CatalogPrice, Plan, PriceListImport
from entrepot.domain.parties.access import one, visible
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.ids import IdKind

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class PriceImport:
    """One price list that was applied or refused; `report` is what `pricelist.facts` gives."""

    id: int
    file_name: str
    sha256: str
    state: ImportState
    rows: int
    rejected: int
    created_plans: int
    created_periods: int
    created_prices: int
    changed_prices: int
    effective_on: date | None
    imported_at: datetime
    imported_by: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PriceImportPage:
    """One page, the newest first; `older` leads to the next one, None on the last."""

    rows: tuple[PriceImport, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price of a plan as the vendor lists it, with the one that follows it, if any.

    `retail` and `cost` are None while only a scheduled price is known. Months for the periods.
    """

    term_months: int
    billing_months: int
    resource: str
    kind: PriceKind
    market: str
    currency: str
    cost: Decimal | None
    retail: Decimal | None
    next_cost: Decimal | None
    next_retail: Decimal | None
    next_from: date | None


@dataclass(frozen=True, slots=True)
class PlanPrices:
    """One plan with its current and scheduled prices, by period and market."""

    id: int
    name: str
    segment: str
    product_code: str
    sku_code: str
    prices: tuple[PriceLine, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One page of plans by name; `after` leads to the next one, None on the last."""

    plans: tuple[PlanPrices, ...]
    after: tuple[str, int] | None


def list_price_imports(viewer: Viewer, *, limit: int, before: int | None = None) -> PriceImportPage:
    """Return imports without their reports, the newest first; at most 200."""
    size = min(limit, LIMIT_MAX)
    found = visible(viewer, PriceListImport).defer("report")
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    page = tuple(_import(row, report={}) for row in rows[:size])
    return PriceImportPage(page, page[-1].id if len(rows) > size else None)


def price_import(viewer: Viewer, *, import_id: int) -> PriceImport:
    """Return one import with its report. Raises: NoSuchObject."""
    row = one(viewer, PriceListImport, pk=import_id, kind=IdKind.PRICE_LIST)
    return _import(row, report=row.report)


def applied_import_of(viewer: Viewer, *, sha256: str) -> int | None:
    """Return the newest import that applied the file with these bytes, None if none did."""
    return (
        visible(viewer, PriceListImport)
        .filter(sha256=sha256)
        .exclude(state=ImportState.REFUSED)
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )


def list_prices(
    viewer: Viewer,
    *,
    today: date,
    limit: int,
    search: str = "",
    after: tuple[str, int] | None = None,
) -> PlanPage:
    """Return plans by name with their prices on the business date `today` and the next ones after it.

    `search` finds parts of names, products and SKUs; `after` is the name and id of the last plan
    of the page before; at most 200 plans. Two statements.
    """
    size = min(limit, LIMIT_MAX)
    plans = Plan.objects.order_by("name", "id")
    if search:
        plans = plans.filter(
            Q(name__icontains=search)
            | Q(product_code__icontains=search)
            | Q(sku_code__icontains=search)
        )
    if after is not None:
        plans = plans.filter(Q(name__gt=after[0]) | Q(name=after[0], id__gt=after[1]))
    found = list(plans[: size + 1])
    lines = _lines(viewer, [plan.id for plan in found[:size]], today)
    page = tuple(
        PlanPrices(
            plan.id, plan.name, plan.segment, plan.product_code, plan.sku_code, lines[plan.id]
        )
        for plan in found[:size]
    )
    last = (page[-1].name, page[-1].id) if len(found) > size else None
    return PlanPage(page, last)


def _lines(viewer: Viewer, plan_ids: list[int], today: date) -> Mapping[int, tuple[PriceLine, ...]]:
    rows = (
        visible(viewer, CatalogPrice)
        .filter(Q(valid_to=None) | Q(valid_to__gt=today), plan_period__plan_id__in=plan_ids)
        .select_related("plan_period", "resource")
        .order_by(
            "plan_period__term_months",
            "plan_period__billing_months",
            "market",
            "resource_id",
            "kind",
            "valid_from",
        )
    )
    groups: dict[tuple[int, object], list[CatalogPrice]] = {}
    for row in rows:
        key = (row.plan_period_id, row.resource_id, row.kind, row.market, row.currency)
        groups.setdefault((row.plan_period.plan_id, key), []).append(row)
    made: dict[int, list[PriceLine]] = {plan_id: [] for plan_id in plan_ids}
    for (plan_id, _), prices in groups.items():
        made[plan_id].append(_line(prices, today))
    return {plan_id: tuple(lines) for plan_id, lines in made.items()}


def _line(prices: list[CatalogPrice], today: date) -> PriceLine:
    """Make one line of the prices of one key, which come in the order of their days."""
    first = prices[0]
    now = first if first.valid_from <= today else None
    following = next((price for price in prices if price.valid_from > today), None)
    return PriceLine(
        term_months=first.plan_period.term_months,
        billing_months=first.plan_period.billing_months,
        resource=first.resource.name,
        kind=PriceKind(first.kind),
        market=first.market,
        currency=first.currency,
        cost=now.listed_cost if now else None,
        retail=now.listed_retail if now else None,
        next_cost=following.listed_cost if following else None,
        next_retail=following.listed_retail if following else None,
        next_from=following.valid_from if following else None,
    )


def _import(row: PriceListImport, *, report: Mapping[str, Any]) -> PriceImport:
    return PriceImport(
        id=row.id,
        file_name=row.file_name,
        sha256=row.sha256,
        state=ImportState(row.state),
        rows=row.rows,
        rejected=row.rejected,
        created_plans=row.created_plans,
        created_periods=row.created_periods,
        created_prices=row.created_prices,
        changed_prices=row.changed_prices,
        effective_on=row.effective_on,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        report=report,
    )
