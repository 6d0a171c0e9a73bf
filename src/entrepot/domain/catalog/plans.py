"""Reads of one plan: its resources, periods, and what has to be bought with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.kernel.ids import NUMBER_MAX, IdKind


@dataclass(frozen=True, slots=True)
class PlanResourceRow:
    """A resource in a plan; `included` units per chosen unit are free before overuse starts."""

    id: int
    resource_id: int
    code: str
    name: str
    unit: Mapping[str, str]
    is_measured: bool
    included: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class PlanPeriodRow:
    """A period that a plan is sold for; months and days. `refund_days` None means always."""

    id: int
    term_months: int
    billing_months: int
    trial_days: int
    grace_days: int
    refund: RefundPolicy
    refund_days: int | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class PlanDetail:
    """One plan as the catalogue has it."""

    id: int
    name: str
    description: Mapping[str, str]
    product_code: str
    sku_code: str
    segment: str
    service_id: int
    service: str
    vendor: str
    sales_category_id: int | None
    tax_category_id: int
    is_usage: bool
    is_published: bool
    resources: tuple[PlanResourceRow, ...]
    periods: tuple[PlanPeriodRow, ...]


def plan_detail(*, plan_id: int) -> PlanDetail:
    """Give one plan with its resources and periods. Three statements. Raises: NoSuchObject."""
    known = 0 < plan_id <= NUMBER_MAX
    plans = Plan.objects.select_related("service__vendor")
    plan = plans.filter(pk=plan_id).first() if known else None
    if plan is None:
        raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
    resources = PlanResource.objects.filter(plan=plan).select_related("resource")
    periods = PlanPeriod.objects.filter(plan=plan)
    return PlanDetail(
        id=plan.id,
        name=plan.name,
        description=plan.description,
        product_code=plan.product_code,
        sku_code=plan.sku_code,
        segment=plan.segment,
        service_id=plan.service_id,
        service=plan.service.name,
        vendor=plan.service.vendor.name,
        sales_category_id=plan.sales_category_id,
        tax_category_id=plan.tax_category_id,
        is_usage=plan.is_usage,
        is_published=plan.is_published,
        resources=tuple(_resource(row) for row in resources.order_by("position", "id")),
        periods=tuple(_period(row) for row in periods.order_by("term_months", "billing_months")),
    )


def _resource(row: PlanResource) -> PlanResourceRow:
    return PlanResourceRow(
        id=row.id,
        resource_id=row.resource_id,
        code=row.resource.code,
        name=row.resource.name,
        unit=row.resource.unit,
        is_measured=row.resource.is_measured,
        included=row.included,
        position=row.position,
    )


def _period(row: PlanPeriod) -> PlanPeriodRow:
    return PlanPeriodRow(
        id=row.id,
        term_months=row.term_months,
        billing_months=row.billing_months,
        trial_days=row.trial_days,
        grace_days=row.grace_days,
        refund=RefundPolicy(row.refund),
        refund_days=row.refund_days,
        is_active=row.is_active,
    )
