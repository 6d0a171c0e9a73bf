"""Sales categories: the shelves of the marketplace, their icon, order, and whether customers see them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from entrepot.domain.catalog.commands.checks import (
    check_version,
    clean_code,
    clean_icon,
    clean_texts,
    code_taken,
)
from entrepot.domain.catalog.errors import CatalogInput, CatalogRefused
from entrepot.domain.catalog.models import Plan, SalesCategory
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.names import clean_name
from entrepot.infra.audit.recorder import Actor, record

CODE_MAX = 40
NAME_MAX = 80
POSITION_MAX = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What a sales category is; `name` holds texts by language, English is needed. Lower positions come first."""

    code: str
    name: dict[str, str]
    icon: str = "package"
    position: int = 0
    display_in_customer_panel: bool = True


def add_category(*, category: Category, actor: Actor, now: datetime) -> int:
    """Add a sales category; return its id. Raises: CatalogInput; PartyInput; CatalogConflict `code_taken`."""
    values = _checked(category)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = SalesCategory.objects.create(**values)
        except IntegrityError:
            raise code_taken(category.code) from None
        _record("sales_category_added", row, actor, now, before={}, after=values)
    return row.id


def change_category(
    *, category_id: int, category: Category, version: str | None, actor: Actor, now: datetime
) -> bool:
    """Replace what a sales category is; tell whether anything changed. `version` is that of the row as it was read.

    Raises: NoSuchObject; CatalogInput; PartyInput; CatalogConflict `code_taken`, `changed_meanwhile`.
    """
    values = _checked(category)
    with transaction.atomic():
        row = _locked(category_id)
        before = category_values(row)
        check_version(before, version, object_name=row.code)
        if before == values:
            return False
        try:
            with transaction.atomic():
                SalesCategory.objects.filter(pk=row.pk).update(**values)
        except IntegrityError:
            raise code_taken(category.code) from None
        _record("sales_category_changed", row, actor, now, before=before, after=values)
    return True


def remove_category(*, category_id: int, actor: Actor, now: datetime) -> None:
    """Remove a sales category that nobody uses. Raises: NoSuchObject; CatalogRefused `category_in_use`."""
    with transaction.atomic():
        row = _locked(category_id)
        if Plan.objects.filter(sales_category=row).exists():
            raise _in_use(row)
        try:
            with transaction.atomic():
                SalesCategory.objects.filter(pk=row.pk).delete()
        except IntegrityError:
            # Plans of resellers or margins refer to it.
            raise _in_use(row) from None
        _record("sales_category_removed", row, actor, now, before=category_values(row), after={})


def category_values(row: SalesCategory) -> dict[str, Any]:
    """Give the values that commands change and versions are made of."""
    return {
        "code": row.code,
        "name": row.name,
        "icon": row.icon,
        "position": row.position,
        "display_in_customer_panel": row.display_in_customer_panel,
    }


def _locked(number: int) -> SalesCategory:
    row = SalesCategory.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise NoSuchObject(object="sales category")
    return row


def _checked(category: Category) -> dict[str, Any]:
    if not 0 <= category.position <= POSITION_MAX:
        raise CatalogInput(
            "position_out_of_bounds",
            "A position is a number from 0 to {most}.",
            field="position",
            next_step="Give a smaller number; lower ones come first.",
            most=POSITION_MAX,
        )
    name = clean_texts(category.name, field="name", length_max=NAME_MAX)
    name["en"] = clean_name(name.get("en", ""), field="name_en", length_max=NAME_MAX)
    return asdict(category) | {
        "code": clean_code(category.code, length_max=CODE_MAX),
        "icon": clean_icon(category.icon),
        "name": name,
    }


def _in_use(row: SalesCategory) -> CatalogRefused:
    return CatalogRefused(
        "category_in_use",
        "Plans or margins are in the category {object}.",
        object=row.code,
        next_step="Move them to another category first, or hide it from customers.",
    )


def _record(
    action: str,
    row: SalesCategory,
    actor: Actor,
    now: datetime,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="sales_category",
        object_id=row.id,
        object_label=row.code,
        tenant_id=None,
        before=before,
        after=after,
    )
