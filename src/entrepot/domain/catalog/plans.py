"""Reads of one plan: its resources, periods, and what has to be bought with it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from entrepot.domain.catalog.commands.checks import version_of
from entrepot.domain.catalog.commands.contents import plan_resource_values
from entrepot.domain.catalog.commands.products import PeriodFacts, PlanFacts
from entrepot.domain.catalog.commands.rows import values_of
from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.catalog.models import Plan, PlanNeed, PlanPeriod, PlanResource
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.kernel.ids import NUMBER_MAX, IdKind


@dataclass(frozen=True, slots=True)
class PlanResourceRow:
    """A resource in a plan; `included` units per chosen unit are free before overuse starts.

    An order asks for `minimum` to `maximum` units; None is no bound.
    """

    id: int
    resource_id: int
    code: str
    name: str
    unit: Mapping[str, str]
    is_measured: bool
    mpn: str
    included: Decimal
    minimum: Decimal | None
    maximum: Decimal | None
    position: int


@dataclass(frozen=True, slots=True)
class PlanPeriodRow:
    """A period that a plan is sold for; months and days. `refund_days` None means always."""

    id: int
    term_months: int
    billing_months: int
    trial_days: int
    grace_days: int
    hold_days: int
    destroys_after_hold: bool
    destroys_on_cancel: bool
    refund: RefundPolicy
    full_refund_days: int
    refund_days: int | None
    later_full_refund_days: int | None
    later_refund_days: int | None
    locks_after_window: bool
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
        mpn=row.resource.mpn,
        included=row.included,
        minimum=row.minimum,
        maximum=row.maximum,
        position=row.position,
    )


def _period(row: PlanPeriod) -> PlanPeriodRow:
    return PlanPeriodRow(
        id=row.id,
        term_months=row.term_months,
        billing_months=row.billing_months,
        trial_days=row.trial_days,
        grace_days=row.grace_days,
        hold_days=row.hold_days,
        destroys_after_hold=row.destroys_after_hold,
        destroys_on_cancel=row.destroys_on_cancel,
        refund=RefundPolicy(row.refund),
        full_refund_days=row.full_refund_days,
        refund_days=row.refund_days,
        later_full_refund_days=row.later_full_refund_days,
        later_refund_days=row.later_refund_days,
        locks_after_window=row.locks_after_window,
        is_active=row.is_active,
    )


def plan_of_period(*, period_id: int) -> int:
    """Say to which plan a period belongs. Raises: NoSuchObject."""
    known = 0 < period_id <= NUMBER_MAX
    rows = PlanPeriod.objects.filter(pk=period_id) if known else PlanPeriod.objects.none()
    found = rows.values_list("plan_id", flat=True).first()
    if found is None:
        raise NoSuchObject(object="plan period")
    return found


def plan_version(*, plan_id: int) -> str:
    """Name the state of a plan for its change. Raises: NoSuchObject."""
    row = Plan.objects.filter(pk=plan_id).first()
    if row is None:
        raise NoSuchObject(object="plan")
    return version_of(values_of(row, [field.name for field in fields(PlanFacts)]))


def period_version(*, period_id: int) -> str:
    """Name the state of a period for its change. Raises: NoSuchObject."""
    row = PlanPeriod.objects.filter(pk=period_id).first()
    if row is None:
        raise NoSuchObject(object="plan period")
    return version_of(values_of(row, [field.name for field in fields(PeriodFacts)]))


def plan_resources_version(*, plan_id: int) -> str:
    """Name the state of a plan's resources for their change."""
    return version_of(plan_resource_values(PlanResource.objects.filter(plan_id=plan_id)))


def needed_plans(*, plan_id: int) -> tuple[tuple[int, str, bool, int], ...]:
    """Give the plans that a plan needs as (id, name with code, in as many units, choice), alternatives together."""
    rows = PlanNeed.objects.filter(plan_id=plan_id).select_related("needed")
    return tuple(
        (
            row.needed_id,
            f"{row.needed.name} · {row.needed.product_code}:{row.needed.sku_code}",
            row.same_units,
            row.choice,
        )
        for row in rows.order_by("choice", "id")
    )


def plans_by_code(*, code: str) -> tuple[int, ...]:
    """Find plans by `product:sku` or `product:sku:segment`, as lists write it; at most two, for one is meant."""
    product, _colon, rest = code.strip().partition(":")
    sku, _colon, segment = rest.partition(":")
    found = Plan.objects.filter(product_code=product.strip(), sku_code=sku.strip())
    if segment.strip():
        found = found.filter(segment=segment.strip())
    return tuple(found.order_by("id").values_list("id", flat=True)[:2])
