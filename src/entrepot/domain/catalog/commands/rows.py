"""How rows of the catalogue are added and changed: once, audited, and not over somebody else's change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from entrepot.domain.catalog.commands.checks import check_version
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.errors import Conflict
from entrepot.kernel.ids import NUMBER_MAX


def values_of(row: Model, names: Sequence[str]) -> dict[str, Any]:
    """Give the values of a row that commands change and versions are made of."""
    return {name: getattr(row, name) for name in names}


def add_row(
    model: type[Model],
    *,
    kind: str,
    label: str,
    values: Mapping[str, Any],
    taken: Conflict,
    actor: Actor,
    now: datetime,
) -> int:
    """Add a row with one audit entry; return its id. Raises: `taken` if one like it exists."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = model._default_manager.create(**values)  # noqa: SLF001
        except IntegrityError:
            raise taken from None
        record(
            actor=actor,
            now=now,
            action=f"{kind}_added",
            object_kind=kind,
            object_id=row.pk,
            object_label=label,
            tenant_id=None,
            after=_plain(values),
        )
    return int(row.pk)


def change_row(
    model: type[Model],
    *,
    pk: int,
    kind: str,
    label: str,
    values: Mapping[str, Any],
    taken: Conflict,
    version: str | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Replace the values of a row with one audit entry; tell whether anything changed.

    Raises: NoSuchObject; CatalogConflict `changed_meanwhile`; `taken` if another one is like it.
    """
    with transaction.atomic():
        row = locked(model, pk=pk, kind=kind)
        before = values_of(row, list(values))
        check_version(before, version, object_name=label)
        if before == dict(values):
            return False
        try:
            with transaction.atomic():
                model._default_manager.filter(pk=pk).update(**values)  # noqa: SLF001
        except IntegrityError:
            raise taken from None
        changed = [name for name in values if before[name] != values[name]]
        record(
            actor=actor,
            now=now,
            action=f"{kind}_changed",
            object_kind=kind,
            object_id=pk,
            object_label=label,
            tenant_id=None,
            before=_plain({name: before[name] for name in changed}),
            after=_plain({name: values[name] for name in changed}),
        )
    return True


def locked(model: type[Model], *, pk: int, kind: str) -> Any:
    """Read a row and lock it. Raises: NoSuchObject."""
    rows = model._default_manager.select_for_update()  # noqa: SLF001
    row = rows.filter(pk=pk).first() if 0 < pk <= NUMBER_MAX else None
    if row is None:
        raise NoSuchObject(object=kind.replace("_", " "))
    return row


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write values as JSON has them."""
    kept = (str, int, bool, type(None), dict, list)
    return {
        name: value if isinstance(value, kept) else str(value) for name, value in values.items()
    }
