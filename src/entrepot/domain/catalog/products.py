"""Reads of services and resources for the provider's screens."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from entrepot.domain.catalog.commands.checks import version_of
from entrepot.domain.catalog.commands.rows import values_of
from entrepot.domain.catalog.models import (
    Plan,
    PlanResource,
    Resource,
    ResourcePart,
    Service,
    Vendor,
)
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.tax.models import TaxCategory
from entrepot.kernel.ids import NUMBER_MAX

LIMIT_MAX = 200
CHOICES_MAX = 500


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service with the number of its plans; `version` is for its change."""

    id: int
    vendor_id: int
    vendor: str
    code: str
    name: str
    icon: str
    plans: int
    version: str


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A resource with the number of plans that have it, and its parts as (id, name, units) if it is composite."""

    id: int
    service_id: int
    service: str
    code: str
    name: str
    unit: Mapping[str, str]
    is_measured: bool
    mpn: str
    plans: int
    parts: tuple[tuple[int, str, Decimal], ...]
    version: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What forms of the catalogue offer: ids with names."""

    vendors: tuple[tuple[int, str], ...]
    services: tuple[tuple[int, str], ...]
    tax_categories: tuple[tuple[int, str], ...]


def list_services(
    *, limit: int, search: str = "", after: int | None = None
) -> tuple[tuple[ServiceRow, ...], int | None]:
    """Give a page of services by name and the place of the next one; two statements."""
    plans = _count(Plan.objects.filter(service_id=OuterRef("pk")), "service_id")
    rows = Service.objects.select_related("vendor").annotate(plan_count=Coalesce(plans, 0))
    if search:
        rows = rows.filter(
            Q(name__icontains=search)
            | Q(code__icontains=search)
            | Q(vendor__name__icontains=search)
        )
    found, following = _page(rows, Service, limit, after)
    return tuple(_service(row, row.plan_count) for row in found), following


def service_of(*, service_id: int) -> ServiceRow:
    """Give one service. Raises: NoSuchObject."""
    known = 0 < service_id <= NUMBER_MAX
    rows = Service.objects.select_related("vendor")
    row = rows.filter(pk=service_id).first() if known else None
    if row is None:
        raise NoSuchObject(object="service")
    return _service(row, Plan.objects.filter(service=row).count())


def list_resources(
    *, limit: int, search: str = "", after: int | None = None
) -> tuple[tuple[ResourceRow, ...], int | None]:
    """Give a page of resources by name and the place of the next one; three statements."""
    plans = _count(PlanResource.objects.filter(resource_id=OuterRef("pk")), "resource_id")
    rows = Resource.objects.select_related("service").annotate(plan_count=Coalesce(plans, 0))
    if search:
        rows = rows.filter(
            Q(name__icontains=search)
            | Q(code__icontains=search)
            | Q(mpn__icontains=search)
            | Q(service__name__icontains=search)
        )
    found, following = _page(rows, Resource, limit, after)
    parts = _parts([row.id for row in found])
    return tuple(_resource(row, row.plan_count, parts) for row in found), following


def resource_of(*, resource_id: int) -> ResourceRow:
    """Give one resource. Raises: NoSuchObject."""
    known = 0 < resource_id <= NUMBER_MAX
    rows = Resource.objects.select_related("service")
    row = rows.filter(pk=resource_id).first() if known else None
    if row is None:
        raise NoSuchObject(object="resource")
    plans = PlanResource.objects.filter(resource=row).count()
    return _resource(row, plans, _parts([row.id]))


def resources_of_service(*, service_id: int) -> tuple[tuple[int, str, bool], ...]:
    """Give the resources of a service as (id, name, is measured), by name; at most 500."""
    rows = Resource.objects.filter(service_id=service_id).order_by("name", "id")[:CHOICES_MAX]
    return tuple((row.id, f"{row.name} ({row.code})", row.is_measured) for row in rows)


def choices() -> Choices:
    """Give what forms offer, each by name and at most 500; three statements."""
    return Choices(
        vendors=tuple(Vendor.objects.order_by("name").values_list("id", "name")[:CHOICES_MAX]),
        services=tuple(Service.objects.order_by("name").values_list("id", "name")[:CHOICES_MAX]),
        tax_categories=tuple(
            TaxCategory.objects.order_by("name").values_list("id", "name")[:CHOICES_MAX]
        ),
    )


def _count(rows: QuerySet[Plan] | QuerySet[PlanResource], column: str) -> Subquery:
    return Subquery(rows.order_by().values(column).annotate(n=Count("id")).values("n"))


def _page(
    rows: QuerySet[Any], model: type[Service] | type[Resource], limit: int, after: int | None
) -> tuple[list[Any], int | None]:
    size = min(max(limit, 1), LIMIT_MAX)
    place = model.objects.filter(pk=after).values_list("name", flat=True).first() if after else None
    if place is not None:
        rows = rows.filter(Q(name__gt=place) | Q(name=place, id__gt=after))
    found = list(rows.order_by("name", "id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return found[:size], getattr(last, "id", None)


def _parts(numbers: list[int]) -> dict[int, list[tuple[int, str, Decimal]]]:
    found: dict[int, list[tuple[int, str, Decimal]]] = {number: [] for number in numbers}
    rows = ResourcePart.objects.filter(whole_id__in=numbers).select_related("part")
    for row in rows.order_by("part__name", "id"):
        found[row.whole_id].append((row.part_id, row.part.name, row.units))
    return found


def _service(row: Service, plans: int) -> ServiceRow:
    return ServiceRow(
        id=row.id,
        vendor_id=row.vendor_id,
        vendor=row.vendor.name,
        code=row.code,
        name=row.name,
        icon=row.icon,
        plans=plans,
        version=version_of(values_of(row, ("vendor_id", "code", "name", "icon"))),
    )


def _resource(
    row: Resource, plans: int, parts: Mapping[int, list[tuple[int, str, Decimal]]]
) -> ResourceRow:
    names = ("service_id", "code", "name", "unit", "is_measured", "mpn")
    return ResourceRow(
        id=row.id,
        service_id=row.service_id,
        service=row.service.name,
        code=row.code,
        name=row.name,
        unit=row.unit,
        is_measured=row.is_measured,
        mpn=row.mpn,
        plans=plans,
        parts=tuple(parts[row.id]),
        version=version_of(values_of(row, names)),
    )
