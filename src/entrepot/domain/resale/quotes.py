"""What an order would cost on every tier: the statements of the daily run, asked for one chain and one day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.resale"
_READ = "SELECT tier, resource_id, kind::text, unit_price, unit_cost, currency, problem FROM quote"


@dataclass(frozen=True, slots=True)
class QuotedPrice:
    """The price of one resource on one tier: per unit, in the currency of that sale, with what the seller pays.

    `problem` is a reason of the billing run's quarantine, such as `no_price`; amounts may then be None.
    """

    tier: int
    resource_id: int
    kind: PriceKind
    unit_price: Decimal | None
    unit_cost: Decimal | None
    currency: str
    problem: str | None


def quote_prices(
    *, chain_id: int, plan_period_id: int, tiers: int, on_day: date
) -> tuple[QuotedPrice, ...]:
    """Work out the prices of a plan period on each of the chain's tiers, as a term that starts on `on_day` would get.

    Source: rule 8 of section 3 of docs/billing.md; the run uses the same statement.
    """
    want, quote = statement(_PACKAGE, "want_quote"), statement(_PACKAGE, "quote_tier")
    tables = {**statement(_PACKAGE, "want_prices").temp_tables, **quote.temp_tables}
    with transaction.atomic(), connection.cursor() as cursor:
        for name, columns in tables.items():
            cursor.execute(
                f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS"
            )
            cursor.execute(f"DELETE FROM {name}")
        want.run(cursor, chain_id=chain_id, plan_period_id=plan_period_id, on_day=on_day)
        for tier in range(1, tiers + 1):
            quote.run(cursor, tier=tier)
        cursor.execute(_READ)
        rows = cursor.fetchall()
    return tuple(
        QuotedPrice(tier, resource, PriceKind(kind), *money)
        for tier, resource, kind, *money in sorted(rows, key=lambda row: row[:3])
    )
