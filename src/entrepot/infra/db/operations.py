"""Migration operations for what Django does not know: enum types, grants, plain SQL files."""

from typing import Any

from django.db.migrations.operations.base import Operation


class CreateEnum(Operation):
    """Create a PostgreSQL enum type with its values in order."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, name: str, values: list[str]) -> None:
        self.name, self.values = name, values

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: models name the type by field."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Create the type."""
        values = ", ".join(f"'{v}'" for v in self.values)
        schema_editor.execute(f"CREATE TYPE {self.name} AS ENUM ({values})")

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop the type."""
        schema_editor.execute(f"DROP TYPE {self.name}")

    def describe(self) -> str:
        """Say what it does."""
        return f"Create enum type {self.name}"


class AppendOnly(Operation):
    """Let the web and the worker add rows to a table but never change or remove them (decision 9)."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: rights are the database's."""

    def _run(self, schema_editor: Any, statement: str) -> None:
        to = "FROM" if statement.startswith("REVOKE") else "TO"
        for role in ("entrepot_app", "entrepot_walled"):
            schema_editor.execute(
                f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
                f"{statement} ON {self.table} {to} {role}; END IF; END $$"
            )

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Take the rights away."""
        self._run(schema_editor, "REVOKE UPDATE, DELETE, TRUNCATE")

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Give the rights back."""
        self._run(schema_editor, "GRANT UPDATE, DELETE")

    def describe(self) -> str:
        """Say what it does."""
        return f"Make {self.table} append-only for the application's role"
