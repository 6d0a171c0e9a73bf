"""Every statement file is planned by PostgreSQL as a generic plan, and writes and reads only what its place allows."""

import json
import re

import pytest
from django.db import connection

from entrepot.infra.db.sql import Statement, all_statements

ORDER = [
    "parties", "tax", "catalog", "resale", "ledger", "usage", "subscriptions", "billing", "provisioning",
    "documents", "credit",
]  # fmt: skip
STATEMENTS = all_statements()


def _tables_of_packages() -> dict[str, str]:
    from django.apps import apps

    return {
        model._meta.db_table: config.name.rsplit(".", 1)[1]
        for config in apps.get_app_configs()
        if config.name.startswith("entrepot.")
        for model in config.get_models()
    }


def _nodes(plan: dict) -> list[dict]:
    return [plan, *(node for child in plan.get("Plans", []) for node in _nodes(child))]


def _plan(statement: Statement) -> list[dict]:
    names = list(statement.parameters)
    text = re.sub(
        r"%\(([a-z_]+)\)s",
        lambda found: f"${names.index(found[1]) + 1}",
        statement.text,
    ).replace("%%", "%")
    types = ", ".join(statement.parameters.values())
    with connection.cursor() as cursor:
        for temp in STATEMENTS:
            for name, columns in temp.temp_tables.items():
                cursor.execute(
                    f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DROP"
                )
        cursor.execute(f"PREPARE checked{f' ({types})' if types else ''} AS {text}")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        nulls = ", ".join("NULL" for _ in names)
        cursor.execute(
            f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE checked{f'({nulls})' if names else ''}"
        )
        plan = cursor.fetchone()[0]
        cursor.execute("DEALLOCATE checked")
    return _nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


DATABASE_STATEMENTS = [
    s
    for s in STATEMENTS
    if s.package.startswith("entrepot.domain.")
    and "-- Common subset" not in s.text
    and "-- Dialect: DuckDB" not in s.text
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", DATABASE_STATEMENTS, ids=lambda s: f"{s.package.rsplit('.', 1)[1]}/{s.name}"
)
def test_a_statement_plans_and_keeps_to_its_package(statement: Statement):
    tables = _tables_of_packages()
    package = statement.package.rsplit(".", 1)[1]

    nodes = _plan(statement)

    written = {
        n["Relation Name"]
        for n in nodes
        if n["Node Type"] == "ModifyTable" and n["Relation Name"] in tables
    }
    read = {
        n["Relation Name"] for n in nodes if "Relation Name" in n and n["Relation Name"] in tables
    }
    assert written == {t for t in statement.writes if t in tables}
    foreign = {t for t in written if tables[t] not in (package, "outbox")}
    assert not foreign, f"{statement.name} writes tables of other packages: {foreign}"
    domain = {t for t in read if tables[t] in ORDER}
    higher = (
        {t for t in domain if ORDER.index(tables[t]) > ORDER.index(package)}
        if package in ORDER
        else set()
    )
    assert not higher, f"{statement.name} reads tables of higher packages: {higher}"


def test_every_parameter_of_a_statement_is_declared_and_used():
    for statement in DATABASE_STATEMENTS:
        used = set(re.findall(r"%\(([a-z_]+)\)s", statement.text))
        assert used == set(statement.parameters), statement.name


def test_every_statement_says_why_repeating_it_is_safe():
    for statement in DATABASE_STATEMENTS:
        assert "-- Safe to repeat" in statement.text, statement.name
