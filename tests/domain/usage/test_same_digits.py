"""The text that rates usage gives the same digits on DuckDB and on PostgreSQL."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from entrepot.domain.usage.generate import SubAccount, write_focus_csv
from entrepot.domain.usage.intake import take_in
from entrepot.domain.usage.rating import (
    MappedSubAccount,
    RatingInput,
    SkuPrice,
    TierRule,
    _fill,
)
from entrepot.domain.usage.session import lines_view, session, sql_text

COLUMNS = {
    "provider_name": "VARCHAR",
    "sub_account_id": "VARCHAR",
    "sub_account_name": "VARCHAR",
    "sku_id": "VARCHAR",
    "pricing_unit": "VARCHAR",
    "charge_month": "DATE",
    "billing_month": "DATE",
    "billing_currency": "VARCHAR",
    "service_name": "VARCHAR",
    "pricing_quantity": "DECIMAL(30, 15)",
    "billed_cost": "DECIMAL(30, 15)",
    "import_id": "BIGINT",
}
RELATIONS = ["valid_source", "rated_month", "subscription_map", "tier_rule", "sku_price"]


def _copy(source, target, relation: str) -> None:
    rows = source.execute(f"SELECT * FROM {relation}").fetchall()
    places = ", ".join(["%s"] * len(rows[0]))
    target.executemany(f"INSERT INTO {relation} VALUES ({places})", rows)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["rate_usage", "parked"])
def test_duckdb_and_postgresql_give_the_same_digits(tmp_path: Path, statement: str) -> None:
    accounts = [SubAccount(f"acct-{n}", f"Customer {n}") for n in range(6)]
    write_focus_csv(
        tmp_path / "use.csv",
        provider="Stratus",
        sub_accounts=accounts,
        period_start=date(2026, 5, 1),
        period_end=date(2026, 6, 1),
        lines=1500,
        seed=5,
    )
    intake = take_in(path=tmp_path / "use.csv", data_dir=tmp_path, import_id=1)
    factors = [Decimal("1.234567890123"), Decimal("157.000000000001")]
    rating = RatingInput(
        subscriptions=[MappedSubAccount("Stratus", a.id, n) for n, a in enumerate(accounts[:5])],
        tier_rules=[
            TierRule(n, tier, 10 + tier, "USD", factor, "USD")
            for n in range(4)
            for tier, factor in enumerate(factors, start=1)
        ],
        sku_prices=[
            SkuPrice(
                *(11, "Stratus", "HOS-STD-GBM", "GB-Months", "USD"), Decimal(limit), Decimal(price)
            )
            for limit, price in [("0", "0.0333333333"), ("10.5", "0.030000000001"), ("40", "0.01")]
        ],
    )

    with (
        session(work_dir=tmp_path, memory_limit_mb=128) as duck,
        connection.cursor() as postgres,
    ):
        lines_view(duck, name="usage_line", files=[tmp_path / intake.stored.path])
        duck.execute(sql_text("rating_relations"))
        _fill(duck, rating)
        postgres.execute(sql_text("rating_relations"))
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        postgres.execute(f"CREATE TEMPORARY TABLE usage_line ({columns})")
        for relation in RELATIONS:
            _copy(duck, postgres, relation)
        lines = duck.execute(f"SELECT {', '.join(COLUMNS)} FROM usage_line").fetchall()
        places = ", ".join(["%s"] * len(COLUMNS))
        postgres.executemany(f"INSERT INTO usage_line VALUES ({places})", lines)

        expected = duck.execute(sql_text(statement)).fetchall()
        postgres.execute(sql_text(statement))
        found = postgres.fetchall()

    assert len(expected) > 1
    assert sorted(map(repr, _plain(found))) == sorted(map(repr, _plain(expected)))


def _plain(rows):
    """Write decimals alike: 0E-12 and 0.000000000000 are the same digits."""
    return [tuple(format(v, "f") if isinstance(v, Decimal) else v for v in row) for row in rows]
