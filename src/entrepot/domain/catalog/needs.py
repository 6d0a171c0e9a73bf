"""Reads of what an order must keep: bounds of resources and plans that others need."""

from collections.abc import Iterable, Mapping

from entrepot.domain.catalog.models import PlanNeed, PlanResource
from entrepot.domain.catalog.rules import Bounds, Need


def needs_of(*, plan_ids: Iterable[int]) -> tuple[Need, ...]:
    """Give what plans need, and what those need, the usual one of alternatives first; one statement for each step."""
    found: dict[tuple[int, int], Need] = {}
    asked = known = frozenset(plan_ids)
    while asked:
        for row in PlanNeed.objects.filter(plan_id__in=asked).order_by("id"):
            need = Need(row.plan_id, row.needed_id, row.same_units, row.choice)
            found[row.plan_id, row.needed_id] = need
        asked = frozenset(needed for _plan, needed in found) - known
        known |= asked
    return tuple(found.values())


def bounds_of(*, plan_ids: Iterable[int]) -> Mapping[tuple[int, int], Bounds]:
    """Give the bounds of units by plan and resource; those without any are left out."""
    rows = PlanResource.objects.filter(plan_id__in=set(plan_ids)).exclude(
        minimum=None, maximum=None
    )
    return {(row.plan_id, row.resource_id): Bounds(row.minimum, row.maximum) for row in rows}
