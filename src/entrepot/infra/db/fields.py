"""Column types that carry a rule of ours: enum states, money amounts, unit prices."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class PgEnumField(models.Field[Any, Any]):
    """Store one member of a StrEnum in a PostgreSQL enum type of the same values.

    The type is made by `operations.CreateEnum` in a migration; a wrong literal in SQL fails when the statement is
    planned. Values come back as members of `enum`.
    """

    def __init__(self, enum: type[StrEnum], *args: Any, type_name: str = "", **kwargs: Any) -> None:
        self.enum = enum
        self.type_name = type_name or _snake(enum.__name__)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describe the field for migrations without importing the enum, so that old migrations keep working."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs["type_name"] = self.type_name
        if "default" in kwargs:
            kwargs["default"] = str(kwargs["default"])
        return name, "entrepot.infra.db.fields.MigratedEnumField", args, kwargs

    def clone(self) -> Any:
        """Return the copy that migration states keep: the type's name without the enum."""
        _name, _path, args, kwargs = self.deconstruct()
        return MigratedEnumField(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the enum type's name."""
        return self.type_name

    def from_db_value(self, value: str | None, *_: Any) -> StrEnum | None:
        """Return the member for a stored value."""
        return None if value is None else self.enum(value)

    def to_python(self, value: Any) -> StrEnum | None:
        """Return the member for a value given in code; ValueError for an unknown one."""
        return None if value is None else self.enum(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Return the text that PostgreSQL stores."""
        return None if value is None else str(self.enum(value))


class MigratedEnumField(models.Field[Any, Any]):
    """The same column in the history of migrations: it knows the type's name only."""

    def __init__(self, *args: Any, type_name: str, **kwargs: Any) -> None:
        self.type_name = type_name
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describe the field by its type name."""
        name, path, args, kwargs = super().deconstruct()
        kwargs["type_name"] = self.type_name
        return name, path, args, kwargs

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the enum type's name."""
        return self.type_name


class AmountField(models.DecimalField[Any, Any]):
    """An amount of money at the exponent of its row's currency: numeric(20,3)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 3)
        super().__init__(*args, **kwargs)


class UnitPriceField(models.DecimalField[Any, Any]):
    """A price of one unit: numeric(24,12)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 24)
        kwargs.setdefault("decimal_places", 12)
        super().__init__(*args, **kwargs)


class QuantityField(models.DecimalField[Any, Any]):
    """A number of units, whole or measured: numeric(20,6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 20)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


ZERO = Decimal(0)


def _snake(name: str) -> str:
    return "".join(("_" if c.isupper() and i else "") + c.lower() for i, c in enumerate(name))
