"""Rows that follow one another by day: put a value from a day on, or take back one that has not begun.

What begins on or after the business date was never billed by, so it may be replaced and removed; what began before is
closed. A value that is already scheduled for a later day stays and ends the new one.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from entrepot.domain.catalog.spans import Placement, placement
from entrepot.domain.resale.models import MarginRule, SellerPrice

RowModel = type[MarginRule] | type[SellerPrice]


def put(
    model: RowModel, *, key: Mapping[str, Any], values: Mapping[str, Any] | None, day: date
) -> Placement | None:
    """Let `values` hold for `key` from a day on until what is scheduled after it; None: nothing changed."""
    rows = model.objects.filter(**key)
    found = placement(rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)), values=values, day=day)
    if found is None:
        return None
    if found.before is not None and found.before.valid_from == day:
        rows.filter(pk=found.before.pk).delete()
    elif found.before is not None:
        rows.filter(pk=found.before.pk).update(valid_to=day)
    if values is not None:
        model.objects.create(**key, **values, valid_from=day, valid_to=found.until)
    return found


def take_back(model: RowModel, *, key: Mapping[str, Any], day: date) -> bool:
    """Remove the change that begins on a day, so that what held before goes on; false if there is none."""
    rows = model.objects.filter(**key)
    begun = rows.filter(valid_from=day).first()
    if begun is None and not rows.filter(valid_to=day).exists():
        return False
    if begun is None:
        later = rows.filter(valid_from__gt=day).order_by("valid_from").first()
        until = later.valid_from if later is not None else None
    else:
        until = begun.valid_to
        rows.filter(pk=begun.pk).delete()
    rows.filter(valid_to=day).update(valid_to=until)
    return True
