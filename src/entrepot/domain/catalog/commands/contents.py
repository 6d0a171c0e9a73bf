"""What plans and resources are made of: a plan's resources with their bounds, what it needs, a resource's parts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction

from entrepot.domain.catalog.commands.checks import check_version
from entrepot.domain.catalog.commands.rows import locked
from entrepot.domain.catalog.errors import CatalogInput
from entrepot.domain.catalog.models import Plan, PlanNeed, PlanResource, Resource, ResourcePart
from entrepot.domain.catalog.needs import needs_of
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, record

UNITS_MAX = Decimal(10) ** 9


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlan:
    """A resource in a plan: free units per chosen unit, and how many an order may ask for (None: no bound)."""

    resource_id: int
    included: Decimal = Decimal(0)
    minimum: Decimal | None = None
    maximum: Decimal | None = None


def set_plan_resources(
    *,
    plan_id: int,
    resources: Sequence[InPlan],
    version: str | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Say which resources a plan has, in their order; tell whether anything changed.

    Bounds count for new orders and changes; running subscriptions stay as they are. A resource is never taken out of a
    plan, for subscriptions may have it.
    Raises: NoSuchObject; CatalogInput; CatalogConflict `catalog_changed_meanwhile`.
    """
    for one in resources:
        _check_units(one)
    with transaction.atomic():
        plan = locked(Plan, pk=plan_id, kind="plan")
        known = {row.resource_id: row for row in PlanResource.objects.filter(plan=plan)}
        before = plan_resource_values(known.values())
        check_version(before, version, object_name=plan.name)
        _check_resources(plan, [one.resource_id for one in resources])
        for position, one in enumerate(resources):
            values: dict[str, Any] = {
                "included": one.included,
                "minimum": one.minimum,
                "maximum": one.maximum,
                "position": position,
            }
            PlanResource.objects.update_or_create(
                plan=plan, resource_id=one.resource_id, defaults=values
            )
        after = plan_resource_values(PlanResource.objects.filter(plan=plan))
        if before == after:
            return False
        _record("plan_resources_set", "plan", plan.id, plan.name, before, after, actor, now)
    return True


def set_needs(
    *,
    plan_id: int,
    needs: Mapping[int, bool],
    actor: Actor,
    now: datetime,
    choices: Mapping[int, int] = MappingProxyType({}),
) -> bool:
    """Say which plans have to be bought with a plan, each with whether in as many units; tell whether it changed.

    Of plans with the same number in `choices` (1 to 99) one is enough; the first of them is the usual one.
    Raises: NoSuchObject; CatalogInput `plan_needs_itself`, `plan_needs_circle` (over several steps).
    """
    if plan_id in needs:
        raise CatalogInput(
            "plan_needs_itself",
            "A plan cannot need itself.",
            field="needed",
            next_step="Choose another plan.",
        )
    with transaction.atomic():
        plan = locked(Plan, pk=plan_id, kind="plan")
        if Plan.objects.filter(pk__in=needs).count() != len(needs):
            raise NoSuchObject(object="plan")
        _check_needs(plan, needs)
        rows = PlanNeed.objects.filter(plan=plan)
        before = {row.needed_id: (row.same_units, row.choice) for row in rows}
        after = {number: (same, choices.get(number, 0)) for number, same in needs.items()}
        if before == after:
            return False
        rows.delete()
        PlanNeed.objects.bulk_create(
            PlanNeed(plan=plan, needed_id=number, same_units=same, choice=choice)
            for number, (same, choice) in after.items()
        )
        old, new = ({str(key): list(of) for key, of in one.items()} for one in (before, after))
        _record("plan_needs_set", "plan", plan.id, plan.name, old, new, actor, now)
    return True


def set_parts(
    *, resource_id: int, parts: Mapping[int, Decimal], actor: Actor, now: datetime
) -> bool:
    """Say which resources a composite one holds, and how many units of each; tell whether it changed.

    Raises: NoSuchObject; CatalogInput `units_out_of_bounds`, `part_in_itself` (also over several steps).
    """
    for units in parts.values():
        if not 0 < units <= UNITS_MAX:
            raise _units("parts")
    with transaction.atomic():
        whole = locked(Resource, pk=resource_id, kind="resource")
        if Resource.objects.filter(pk__in=parts).count() != len(parts):
            raise NoSuchObject(object="resource")
        _check_circle(resource_id, set(parts))
        rows = ResourcePart.objects.filter(whole=whole)
        before = {row.part_id: row.units for row in rows}
        if before == dict(parts):
            return False
        rows.delete()
        ResourcePart.objects.bulk_create(
            ResourcePart(whole=whole, part_id=number, units=units)
            for number, units in parts.items()
        )
        old, new = ({str(key): str(one) for key, one in of.items()} for of in (before, parts))
        _record("resource_parts_set", "resource", whole.id, whole.name, old, new, actor, now)
    return True


def plan_resource_values(rows: Any) -> dict[str, Any]:
    """Give what versions of a plan's resources are made of."""
    return {
        str(row.resource_id): [
            _text(row.included),
            _text(row.minimum),
            _text(row.maximum),
            row.position,
        ]
        for row in sorted(rows, key=lambda row: row.resource_id)
    }


def _check_units(one: InPlan) -> None:
    for field in ("included", "minimum", "maximum"):
        units = getattr(one, field)
        if units is not None and not 0 <= units <= UNITS_MAX:
            raise _units(field)
    if one.minimum is not None and one.maximum is not None and one.minimum > one.maximum:
        raise _units("maximum")


def _units(field: str) -> CatalogInput:
    return CatalogInput(
        "units_out_of_bounds",
        "Units lie between 0 and {most}, the minimum not above the maximum.",
        field=field,
        next_step="Correct the number, or leave it empty for no bound.",
        most=f"{UNITS_MAX:,}",
    )


def _check_resources(plan: Plan, numbers: Sequence[int]) -> None:
    found = Resource.objects.filter(pk__in=numbers, service_id=plan.service_id)
    if found.count() != len(set(numbers)) or len(set(numbers)) != len(numbers):
        raise NoSuchObject(object="resource")


def _check_circle(whole: int, parts: set[int]) -> None:
    """Refuse a resource that would hold itself, over whatever steps."""
    seen, asked = set(parts), set(parts)
    while asked:
        below = ResourcePart.objects.filter(whole_id__in=asked).values_list("part_id", flat=True)
        asked = set(below) - seen
        seen |= asked
    if whole in seen:
        raise CatalogInput(
            "part_in_itself",
            "A resource cannot be a part of itself.",
            field="parts",
            next_step="Take the part out that holds this resource.",
        )


def _check_needs(plan: Plan, needs: Collection[int]) -> None:
    """Refuse a plan that would need itself over other plans: none of them could be taken out of a cart again."""
    for one in needs_of(plan_ids=needs):
        if one.needed_id == plan.id:
            between = Plan.objects.get(pk=one.plan_id)
            raise CatalogInput(
                "plan_needs_circle",
                "{between} needs this plan already, so the two would need each other.",
                field="needed",
                next_step="Choose another plan, or change what that one needs first.",
                between=f"{between.name} ({between.product_code}:{between.sku_code})",
            )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _record(
    action: str,
    kind: str,
    number: int,
    label: str,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind=kind,
        object_id=number,
        object_label=label,
        tenant_id=None,
        before=before,
        after=after,
    )
