"""The plans that a seller may show, with its own values, those above it, and what holds in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import connection

from entrepot.domain.catalog.commands.checks import version_of
from entrepot.domain.catalog.models import Plan, SalesCategory
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands.overlays import Overlay, overlay_values
from entrepot.domain.resale.offers import text_in
from entrepot.domain.resale.plan_models import PlanOverlay
from entrepot.domain.resale.price_desk import path_of, patterns_of
from entrepot.domain.resale.queries import PlanValues, plan_values
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import NUMBER_MAX, IdKind

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """A plan as a seller shows it. `category` is in the viewer's language, empty for none.

    `is_waiting`: a new plan that it has not reviewed.
    """

    id: int
    name: str
    product_code: str
    sku_code: str
    segment: str
    service: str
    vendor: str
    icon: str
    category: str
    is_published: bool
    is_displayed: bool
    has_own: bool
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """One page of plans by name; `after` leads to the next one, None on the last."""

    rows: tuple[ShelfRow, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class ShelfPlan:
    """One plan: what the seller set, what it would show without that, and what it shows.

    `version` names the state of `own` for its change; `plan_name` is the catalogue's.
    """

    row: ShelfRow
    plan_name: str
    own: Overlay
    above: PlanValues
    effective: PlanValues
    version: str


def list_shelf(
    viewer: Viewer,
    *,
    limit: int,
    search: str = "",
    category_id: int | None = None,
    is_published: bool | None = None,
    own_only: bool = False,
    waiting_only: bool = False,
    after: int | None = None,
) -> ShelfPage:
    """Give a page of the plans that the viewer may show; at most 200.

    Every word of `search` (six at most) is looked for in names and codes; `category_id` 0 is "without one". The number
    of statements does not depend on the number of plans.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    with connection.cursor() as cursor:
        found = statement("entrepot.domain.resale", "plan_shelf").rows(
            cursor,
            seller_path=path_of(viewer),
            language=viewer.language,
            patterns=patterns_of(search),
            category_id=category_id,
            is_published=is_published,
            own_only=own_only,
            waiting_only=waiting_only,
            after_id=after,
            size=size + 1,
        )
    shown = {number: (has_own, is_waiting) for number, has_own, is_waiting in found[:size]}
    values = plan_values(plan_ids=list(shown), seller_path=viewer.account_path)
    plans = Plan.objects.select_related("service__vendor").in_bulk(list(shown))
    categories = _categories(viewer.language)
    return ShelfPage(
        rows=tuple(
            replace(
                _row(plans[number], values[number], categories, viewer.language, has_own=has_own),
                is_waiting=is_waiting,
            )
            for number, (has_own, is_waiting) in shown.items()
        ),
        after=found[size - 1][0] if len(found) > size else None,
    )


def shelf_plan(viewer: Viewer, *, plan_id: int) -> ShelfPlan:
    """Give one plan that the viewer may show. Raises: NoSuchObject."""
    if not 0 < plan_id <= NUMBER_MAX:
        raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
    path = path_of(viewer)
    above_path = "".join(f"{number}." for number in path[:-1])
    effective = plan_values(plan_ids=[plan_id], seller_path=viewer.account_path).get(plan_id)
    above = plan_values(plan_ids=[plan_id], seller_path=above_path).get(plan_id)
    if above is None or effective is None:
        raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
    if len(path) > 1 and not (above.is_published or effective.is_published):
        raise NoSuchObject(object=f"{IdKind.PLAN.value}-{plan_id}")
    plan = Plan.objects.select_related("service__vendor").get(pk=plan_id)
    row = visible(viewer, PlanOverlay).filter(plan_id=plan_id).first()
    own = overlay_values(row)
    return ShelfPlan(
        row=_row(
            plan,
            effective,
            _categories(viewer.language),
            viewer.language,
            has_own=any(value is not None for value in own.values()),
        ),
        plan_name=plan.name,
        own=Overlay(**own),
        above=above,
        effective=effective,
        version=version_of(own),
    )


def _categories(language: str) -> Mapping[int, str]:
    rows = SalesCategory.objects.values_list("id", "name", "code")
    return {number: text_in(name, language=language, fallback=code) for number, name, code in rows}


def _row(
    plan: Plan,
    values: PlanValues,
    categories: Mapping[int, str],
    language: str,
    *,
    has_own: bool,
) -> ShelfRow:
    return ShelfRow(
        id=plan.id,
        name=text_in(values.name, language=language, fallback=plan.name),
        product_code=plan.product_code,
        sku_code=plan.sku_code,
        segment=plan.segment,
        service=plan.service.name,
        vendor=plan.service.vendor.name,
        icon=plan.service.icon,
        category=categories.get(values.sales_category_id or 0, ""),
        is_published=values.is_published,
        is_displayed=values.display_in_customer_panel,
        has_own=has_own,
    )
