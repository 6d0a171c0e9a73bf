"""Services, resources, plans and their periods, as the provider keeps them by hand."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from entrepot.domain.catalog.commands.checks import clean_code, clean_icon, clean_texts, code_taken
from entrepot.domain.catalog.commands.rows import add_row, change_row
from entrepot.domain.catalog.errors import CatalogConflict, CatalogInput
from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.catalog.models import (
    Plan,
    PlanPeriod,
    PlanResource,
    Resource,
    SalesCategory,
    Service,
    Vendor,
)
from entrepot.domain.catalog.plan_changes import PUBLISHED, note_changes
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.names import clean_name
from entrepot.domain.tax.models import TaxCategory
from entrepot.infra.audit.recorder import Actor

MONTHS_MAX = 60
DAYS_MAX = 366
_CODE_MAX = 80
_DESCRIPTION_MAX = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceValues:
    """What gets provisioned, by which vendor."""

    vendor_id: int
    code: str
    name: str
    icon: str = "package"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceValues:
    """A countable unit of a service. `unit` by language; measured ones are not chosen with an order.

    `mpn` is the vendor's number of it, empty for none.
    """

    service_id: int
    code: str
    name: str
    unit: dict[str, str]
    is_measured: bool = False
    mpn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """A sellable package. `description` by language; product, SKU and segment name it together."""

    service_id: int
    tax_category_id: int
    name: str
    product_code: str
    sku_code: str
    segment: str = ""
    sales_category_id: int | None = None
    description: dict[str, str]
    is_usage: bool = False
    is_published: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFacts:
    """How long a plan is bought for and how often it is billed (months), its trial and windows (days).

    `refund_days` None gives money back at any time, if `refund` is prorated. What the others mean is said by the model.
    """

    term_months: int
    billing_months: int
    trial_days: int = 0
    grace_days: int = 0
    hold_days: int = 30
    destroys_after_hold: bool = False
    destroys_on_cancel: bool = True
    refund: RefundPolicy = RefundPolicy.PRORATED
    full_refund_days: int = 0
    refund_days: int | None = None
    later_full_refund_days: int | None = None
    later_refund_days: int | None = None
    locks_after_window: bool = False
    is_active: bool = True


def add_service(*, values: ServiceValues, actor: Actor, now: datetime) -> int:
    """Add a service; return its id. Raises: NoSuchObject; CatalogInput; PartyInput; CatalogConflict `code_taken`."""
    return add_row(
        Service,
        kind="service",
        label=values.name,
        values=_service(values),
        taken=code_taken(values.code),
        actor=actor,
        now=now,
    )


def change_service(
    *, service_id: int, values: ServiceValues, version: str | None, actor: Actor, now: datetime
) -> bool:
    """Replace what a service is; tell whether it changed. Raises: as `add_service`, `catalog_changed_meanwhile`."""
    return change_row(
        Service,
        pk=service_id,
        kind="service",
        label=values.name,
        values=_service(values),
        taken=code_taken(values.code),
        version=version,
        actor=actor,
        now=now,
    )


def add_resource(*, values: ResourceValues, actor: Actor, now: datetime) -> int:
    """Add a resource; return its id. Raises: NoSuchObject; CatalogInput; PartyInput; CatalogConflict `code_taken`."""
    return add_row(
        Resource,
        kind="resource",
        label=values.name,
        values=_resource(values),
        taken=code_taken(values.code),
        actor=actor,
        now=now,
    )


def change_resource(
    *, resource_id: int, values: ResourceValues, version: str | None, actor: Actor, now: datetime
) -> bool:
    """Replace what a resource is. Whether it is measured stays: subscriptions have been counted by it.

    Raises: as `add_resource`; CatalogConflict `catalog_changed_meanwhile`; CatalogInput `resource_measure_fixed`.
    """
    old = Resource.objects.filter(pk=resource_id).values_list("is_measured", flat=True).first()
    used = PlanResource.objects.filter(resource_id=resource_id).exists()
    if old is not None and old != values.is_measured and used:
        raise CatalogInput(
            "resource_measure_fixed",
            "Plans count {object} as it is now.",
            object=values.code,
            field="is_measured",
            next_step="Add another resource and put it into the plans.",
        )
    return change_row(
        Resource,
        pk=resource_id,
        kind="resource",
        label=values.name,
        values=_resource(values),
        taken=code_taken(values.code),
        version=version,
        actor=actor,
        now=now,
    )


def add_plan(*, values: PlanFacts, actor: Actor, now: datetime) -> int:
    """Add a plan; return its id. Raises: NoSuchObject; PartyInput; CatalogInput; CatalogConflict `plan_exists`."""
    facts = _plan(values)
    with transaction.atomic():
        number = add_row(
            Plan,
            kind="plan",
            label=values.name,
            values=facts,
            taken=_plan_exists(values),
            actor=actor,
            now=now,
        )
        if values.is_published:
            note_changes(plan_id=number, before={}, after={PUBLISHED: True}, now=now)
    return number


def change_plan(
    *, plan_id: int, values: PlanFacts, version: str | None, actor: Actor, now: datetime
) -> bool:
    """Replace what a plan is; own values of resellers stay.

    Raises: as `add_plan`; CatalogConflict `catalog_changed_meanwhile`.
    """
    facts = _plan(values)
    with transaction.atomic():
        before = Plan.objects.select_for_update().filter(pk=plan_id).values(*facts).first() or {}
        changed = change_row(
            Plan,
            pk=plan_id,
            kind="plan",
            label=values.name,
            values=facts,
            taken=_plan_exists(values),
            version=version,
            actor=actor,
            now=now,
        )
        note_changes(plan_id=plan_id, before=before, after=facts, now=now)
    return changed


def add_period(*, plan_id: int, values: PeriodFacts, actor: Actor, now: datetime) -> int:
    """Add a period to a plan; return its id. Raises: NoSuchObject; CatalogInput; CatalogConflict `period_exists`."""
    if not Plan.objects.filter(pk=plan_id).exists():
        raise NoSuchObject(object="plan")
    return add_row(
        PlanPeriod,
        kind="plan_period",
        label=f"{values.term_months}/{values.billing_months}",
        values={"plan_id": plan_id, **_period(values)},
        taken=_period_exists(values),
        actor=actor,
        now=now,
    )


def change_period(
    *, period_id: int, values: PeriodFacts, version: str | None, actor: Actor, now: datetime
) -> bool:
    """Replace a period's trial, windows and whether it is sold; its months stay what was sold.

    Running terms keep theirs. Raises: NoSuchObject; CatalogInput; CatalogConflict `catalog_changed_meanwhile`.
    """
    known = PlanPeriod.objects.filter(pk=period_id).first()
    months = _period(values)
    if known is not None and (known.term_months, known.billing_months) != (
        values.term_months,
        values.billing_months,
    ):
        raise CatalogInput(
            "months_fixed",
            "The months of a period cannot be changed.",
            field="term_months",
            next_step="Add another period, and stop selling this one.",
        )
    return change_row(
        PlanPeriod,
        pk=period_id,
        kind="plan_period",
        label=f"{values.term_months}/{values.billing_months}",
        values=months,
        taken=_period_exists(values),
        version=version,
        actor=actor,
        now=now,
    )


def _service(values: ServiceValues) -> dict[str, Any]:
    _exists(Vendor, values.vendor_id, "vendor")
    return asdict(values) | {
        "code": clean_code(values.code, length_max=_CODE_MAX),
        "name": clean_name(values.name, field="name"),
        "icon": clean_icon(values.icon),
    }


def _resource(values: ResourceValues) -> dict[str, Any]:
    _exists(Service, values.service_id, "service")
    mpn = values.mpn.strip()
    return asdict(values) | {
        "code": clean_code(values.code, length_max=_CODE_MAX),
        "name": clean_name(values.name, field="name"),
        "unit": clean_texts(values.unit, field="unit", length_max=40),
        "mpn": clean_name(mpn, field="mpn", length_max=80) if mpn else "",
    }


def _plan(values: PlanFacts) -> dict[str, Any]:
    _exists(Service, values.service_id, "service")
    _exists(TaxCategory, values.tax_category_id, "tax category")
    if values.sales_category_id is not None:
        _exists(SalesCategory, values.sales_category_id, "sales category")
    segment = values.segment.strip()
    return asdict(values) | {
        "name": clean_name(values.name, field="name"),
        "product_code": clean_name(values.product_code, field="product_code", length_max=60),
        "sku_code": clean_name(values.sku_code, field="sku_code", length_max=60),
        "segment": clean_name(segment, field="segment", length_max=60) if segment else "",
        "description": clean_texts(
            values.description, field="description", length_max=_DESCRIPTION_MAX
        ),
    }


_DAYS = (
    "trial_days",
    "grace_days",
    "hold_days",
    "full_refund_days",
    "refund_days",
    "later_full_refund_days",
    "later_refund_days",
)


def _period(values: PeriodFacts) -> dict[str, Any]:
    term, billing = values.term_months, values.billing_months
    if not (1 <= billing <= term <= MONTHS_MAX) or term % billing:
        raise CatalogInput(
            "months_out_of_bounds",
            "A term has 1 to {most} months and is billed in equal parts.",
            field="billing_months",
            next_step="Give months such as 12 billed every 1, 3, 6 or 12.",
            most=MONTHS_MAX,
        )
    for name in _DAYS:
        days = getattr(values, name)
        if days is not None and not 0 <= days <= DAYS_MAX:
            raise CatalogInput(
                "days_out_of_bounds",
                "Give 0 to {most} days.",
                field=name,
                next_step="Leave it at 0 for none.",
                most=DAYS_MAX,
            )
    return asdict(values)


def _exists(model: Any, pk: int, name: str) -> None:
    if not model.objects.filter(pk=pk).exists():
        raise NoSuchObject(object=name)


def _plan_exists(values: PlanFacts) -> CatalogConflict:
    return CatalogConflict(
        "plan_exists",
        "There is a plan with this product, SKU and segment: {object}.",
        object=f"{values.product_code}:{values.sku_code}",
        next_step="Change that one, or choose another SKU.",
    )


def _period_exists(values: PeriodFacts) -> CatalogConflict:
    return CatalogConflict(
        "period_exists",
        "The plan has a period of {term} months billed every {billing} already.",
        next_step="Change that one.",
        term=values.term_months,
        billing=values.billing_months,
    )
