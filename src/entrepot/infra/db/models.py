"""Bases of tenant data: every such row carries the account that owns it."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class TenantModel(models.Model):
    """A row owned by one tenant: the provider's direct child with its whole subtree.

    `tenant_id` is set once and never changed (decision 8).
    """

    tenant_id = models.BigIntegerField(editable=False)

    class Meta:
        abstract = True


class TenantKey(models.UniqueConstraint):
    """The unique key (tenant_id, id) that composite references point to."""

    def __init__(self, *, table: str = "", name: str = "") -> None:
        super().__init__(fields=("tenant_id", "id"), name=name or f"{table}_tenant_key")

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Describe the constraint by its name."""
        return "entrepot.infra.db.models.TenantKey", (), {"name": self.name}


class TenantReference(models.BaseConstraint):
    """A composite foreign key (tenant_id, column) -> (tenant_id, id): a row cannot point into another tenant."""

    def __init__(
        self, *, column: str, to_table: str, name: str, violation_error_message: str | None = None
    ) -> None:
        self.column, self.to_table = column, to_table
        super().__init__(name=name, violation_error_message=violation_error_message)

    def _definition(self, schema_editor: BaseDatabaseSchemaEditor) -> str:
        quote = schema_editor.quote_name
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY (tenant_id, {quote(self.column)}) "
            f"REFERENCES {quote(self.to_table)} (tenant_id, id)"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        """Return the clause inside CREATE TABLE."""
        return self._definition(schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        """Return the statement that adds the reference to an existing table."""
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {self._definition(schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        """Return the statement that drops the reference."""
        table, name = (
            schema_editor.quote_name(model._meta.db_table),
            schema_editor.quote_name(self.name),
        )
        return f"ALTER TABLE {table} DROP CONSTRAINT {name}"

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = "default"
    ) -> None:
        """Leave the check to the database, which sees concurrent changes."""

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Describe the constraint by its parts."""
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "column": self.column, "to_table": self.to_table}

    def __eq__(self, other: object) -> bool:
        """Compare by definition, so that migrations see changes."""
        return isinstance(other, TenantReference) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        """Hash by name, which is unique in a schema."""
        return hash(self.name)


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference between two tenant tables; the database checks it together with the tenant.

    Declare the matching `TenantReference` in `Meta.constraints`; the plain constraint is not made.
    """

    def __init__(self, to: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        super().__init__(to, **kwargs)
