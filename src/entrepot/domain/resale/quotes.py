"""What an order would cost on every tier: the statements of the daily run, asked for one chain and one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.db import connection

from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.levels import FLAT, PriceLevel
from entrepot.infra.db.prepared import is_prepared, prepared_call
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import beyond

_PACKAGE = "entrepot.domain.resale"
_READ = (
    "SELECT plan_period_id, tier, resource_id, kind::text, level, unit_price, unit_cost, currency, problem,"
    " model::text, lower_limit, upper_limit FROM quote"
)


@dataclass(frozen=True, slots=True)
class QuotedPrice:
    """The price of one resource on one tier: per unit, in the currency of that sale, with what the seller pays.

    `problem` is a reason of the billing run's quarantine, such as `no_price`; amounts may then be None. A price with
    levels is one of these for each.
    """

    tier: int
    resource_id: int
    kind: PriceKind
    unit_price: Decimal | None
    unit_cost: Decimal | None
    currency: str
    problem: str | None
    level: PriceLevel = FLAT


def quote_prices(
    *, chain_id: int, plan_period_id: int, tiers: int, on_day: date
) -> tuple[QuotedPrice, ...]:
    """Work out the prices of a plan period on each of the chain's tiers, as a term that starts on `on_day` would get.

    Source: rule 8 of section 3 of docs/billing.md; the run uses the same statement.
    """
    found = quote_periods(
        chain_id=chain_id, plan_period_ids=[plan_period_id], tiers=tiers, on_day=on_day
    )
    return found[plan_period_id]


def quote_periods(
    *, chain_id: int, plan_period_ids: Sequence[int], tiers: int, on_day: date
) -> Mapping[int, tuple[QuotedPrice, ...]]:
    """Work out the prices of several plan periods as `quote_prices` does, by plan period.

    The number of statements does not depend on how many there are.
    """
    if not plan_period_ids:
        return {}
    want, quote = statement(_PACKAGE, "want_quote"), statement(_PACKAGE, "quote_tier")
    with beyond(ABOVE), connection.cursor() as cursor:
        if not (is_prepared(want) and is_prepared(quote)):
            # A statement can be prepared only when the tables that it reads are there.
            cursor.execute(_empty_tables())
        call, values = prepared_call(
            want, chain_id=chain_id, plan_period_ids=list(plan_period_ids), on_day=on_day
        )
        calls = [_empty_tables(), call]
        for tier in range(1, tiers + 1):
            call, its = prepared_call(quote, tier=tier)
            calls.append(call)
            values += its
        # Sent at once, which is one transaction: the way to the server and back would cost more than the work.
        cursor.execute("; ".join([*calls, _READ]), values)
        while cursor.nextset():
            pass
        rows = cursor.fetchall()
    prices: dict[int, list[QuotedPrice]] = {period: [] for period in plan_period_ids}
    for period, tier, resource, kind, number, *money, model, above, up_to in sorted(
        rows, key=lambda row: row[:5]
    ):
        level = PriceLevel(PriceModel(model), number, above, up_to)
        prices[period].append(QuotedPrice(*[tier, resource, PriceKind(kind), *money, level]))
    return {period: tuple(found) for period, found in prices.items()}


ABOVE = "a price is made of what each seller above asks"


@cache
def _empty_tables() -> str:
    """Make the temporary tables unless they are there, and empty them: the transaction may have quoted before."""
    tables = {
        **statement(_PACKAGE, "want_prices").temp_tables,
        **statement(_PACKAGE, "quote_tier").temp_tables,
    }
    return "; ".join(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS; DELETE FROM {name}"
        for name, columns in tables.items()
    )
