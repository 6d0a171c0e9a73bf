"""The record of what sellers change of plans, from which those below see what is new for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from entrepot.domain.catalog.models import PlanChange

PUBLISHED = "is_published"
FIELDS = (PUBLISHED, "name", "description", "sales_category_id", "display_in_customer_panel")


def note_changes(
    *,
    plan_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
    seller_id: int | None = None,
) -> None:
    """Note the values that differ; call it in the transaction of the change.

    `seller_id` None is the catalogue. For a reseller None as a value means "as above".
    """
    PlanChange.objects.bulk_create(
        PlanChange(
            seller_id=seller_id,
            plan_id=plan_id,
            field=field,
            before=before.get(field),
            after=after[field],
            offers=field == PUBLISHED and _offers(before.get(field), after[field]),
            at=now,
        )
        for field in FIELDS
        if field in after and before.get(field) != after[field]
    )


def _offers(before: bool | None, after: bool | None) -> bool:
    """Tell whether a plan came on sale: it is shown now, or shown again as the seller above does."""
    return after is True or (after is None and before is False)
