"""Reads of sales categories."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from entrepot.domain.catalog.commands.categories import category_values
from entrepot.domain.catalog.commands.checks import version_of
from entrepot.domain.catalog.models import Plan, SalesCategory
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.kernel.ids import NUMBER_MAX

LIMIT_MAX = 500


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A sales category; `name` by language, `plans` that the provider has in it, `version` for its change."""

    id: int
    code: str
    name: Mapping[str, str]
    icon: str
    position: int
    display_in_customer_panel: bool
    plans: int
    version: str


def list_categories() -> tuple[CategoryRow, ...]:
    """Give the sales categories in the order of the marketplace; at most 500. One statement."""
    plans = (
        Plan.objects.filter(sales_category_id=OuterRef("pk"))
        .order_by()
        .values("sales_category_id")
        .annotate(plans=Count("id"))
        .values("plans")
    )
    rows = SalesCategory.objects.annotate(plan_count=Coalesce(Subquery(plans), 0))
    return tuple(_row(row, row.plan_count) for row in rows.order_by("position", "id")[:LIMIT_MAX])


def category_of(*, category_id: int) -> CategoryRow:
    """Give one sales category. Raises: NoSuchObject."""
    known = 0 < category_id <= NUMBER_MAX
    row = SalesCategory.objects.filter(pk=category_id).first() if known else None
    if row is None:
        raise NoSuchObject(object="sales category")
    return _row(row, Plan.objects.filter(sales_category=row).count())


def _row(row: SalesCategory, plans: int) -> CategoryRow:
    return CategoryRow(
        id=row.id,
        code=row.code,
        name=row.name,
        icon=row.icon,
        position=row.position,
        display_in_customer_panel=row.display_in_customer_panel,
        plans=plans,
        version=version_of(category_values(row)),
    )
