"""What units cost a seller and what it sells them for: the statements of the daily run, asked for many goods at once.

A seller that sells to nobody yet has no tier of its own: its cost is then the price of its own purchases, and its price
is made by the same rule here (`_own_tier`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.levels import FLAT, PriceLevel
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.margins import price_by_percent
from entrepot.domain.resale.models import (
    ExchangeRate,
    MarginBasis,
    MarginRule,
    SalePlace,
    SellerPrice,
)
from entrepot.domain.resale.queries import plan_values
from entrepot.domain.resale.quotes import ABOVE
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import beyond
from entrepot.kernel.money import UNIT_PRICE_DECIMALS, exponent, quantize_unit_price

_PACKAGE = "entrepot.domain.resale"
# More goods than a page has: without statistics the planner joins each one with all others.
_ANALYZED_FROM = 200

_PURCHASES = """
SELECT min(chain.id), chain.tiers, chain.market, bought.currency, buyer.currency, FALSE
FROM chain
INNER JOIN account AS buyer ON buyer.id = chain.customer_id
INNER JOIN chain_link AS link ON link.chain_id = chain.id AND link.tier = chain.tiers
INNER JOIN billing_account AS bought ON bought.id = link.billing_account_id
WHERE chain.customer_id = %(seller)s
GROUP BY chain.tiers, chain.market, bought.currency, buyer.currency
ORDER BY min(chain.id)"""
_WANT = """
INSERT INTO price_wanted
SELECT DISTINCT
    chain.id, period.id, offered.resource_id, asked.on_day, plan.is_usage, plan.id, plan.sales_category_id,
    service.vendor_id, chain.market, chain.tiers
FROM unnest(%(chains)s::bigint[], %(periods)s::bigint[], %(days)s::date[]) AS asked (chain_id, period_id, on_day)
INNER JOIN chain ON chain.id = asked.chain_id
INNER JOIN plan_period AS period ON period.id = asked.period_id
INNER JOIN plan ON plan.id = period.plan_id
INNER JOIN service ON service.id = plan.service_id
INNER JOIN plan_resource AS offered ON offered.plan_id = plan.id"""
_READ = """
SELECT
    chain_id, plan_period_id, on_day, resource_id, kind::text, unit_price, unit_cost, retail_price, retail_currency,
    currency, seller_price_id, margin_rule_id, problem, model::text, level, lower_limit, upper_limit
FROM quote
WHERE (chain_id, tier) IN (SELECT * FROM unnest(%(chains)s::bigint[], %(tiers)s::int[]))"""


@dataclass(frozen=True, slots=True)
class PricePlace:
    """Where a seller sells: a market, the currency it pays in (none for the provider) and the one it asks for.

    `chain_id` is a chain that stands for all of them; `tier` is the seller's sale in it, or its purchase while
    `sells` is false.
    """

    chain_id: int
    tier: int
    market: str
    cost_currency: str
    currency: str
    sells: bool

    @property
    def key(self) -> str:
        """Name the place in addresses."""
        return f"{self.market}.{self.cost_currency}.{self.currency}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A plan period whose prices are asked for: in one chain, for one tier of it, on one day."""

    chain_id: int
    tier: int
    plan_period_id: int
    on_day: date


@dataclass(frozen=True, slots=True)
class Quote:
    """What one unit costs the seller and what it sells it for, and what made the price.

    `cost` and `price` are in `currency`; both may be None where `problem` names a reason such as `no_price`. A price
    with levels is one of these for each.
    """

    resource_id: int
    kind: PriceKind
    price: Decimal | None
    cost: Decimal | None
    retail: Decimal | None
    retail_currency: str | None
    currency: str
    seller_price_id: int | None
    margin_rule_id: int | None
    problem: str | None
    level: PriceLevel = FLAT


def price_places(*, seller_id: int) -> tuple[PricePlace, ...]:
    """Give where a seller sells, the oldest place first; where it only buys while it sells nothing."""
    kept = SalePlace.objects.filter(seller_id=seller_id).order_by("chain_id")
    sales = kept.values_list("chain_id", "tier", "market", "cost_currency", "currency")
    if rows := list(sales):
        return tuple(PricePlace(*row, sells=True) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(_PURCHASES, {"seller": seller_id})
        return tuple(PricePlace(*row) for row in cursor.fetchall())


def quotes_at(
    place: PricePlace, *, seller_id: int, period_ids: Sequence[int], on_day: date
) -> Mapping[int, tuple[Quote, ...]]:
    """Give the prices of plan periods at a place on a day, by plan period; resources and kinds in a fixed order.

    The number of statements does not depend on how many there are.
    """
    wanted = [Wanted(place.chain_id, place.tier, number, on_day) for number in period_ids]
    found = quoted(wanted)
    by_period = {one.plan_period_id: found[one] for one in wanted}
    if place.sells:
        return by_period
    return _own_tier(place, by_period, seller_id=seller_id, on_day=on_day)


def quoted(wanted: Sequence[Wanted]) -> Mapping[Wanted, tuple[Quote, ...]]:
    """Give the prices of what is wanted; the number of statements depends on the number of tiers only."""
    if not wanted:
        return {}
    with transaction.atomic(savepoint=False), beyond(ABOVE), connection.cursor() as cursor:
        quote = statement(_PACKAGE, "quote_tier")
        tables = {**statement(_PACKAGE, "want_prices").temp_tables, **quote.temp_tables}
        for name, columns in tables.items():
            cursor.execute(
                f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS;"
                f" DELETE FROM {name}"
            )
        asked: dict[str, Any] = {
            "chains": [one.chain_id for one in wanted],
            "periods": [one.plan_period_id for one in wanted],
            "days": [one.on_day for one in wanted],
        }
        cursor.execute(_WANT, asked)
        is_large = len(wanted) > _ANALYZED_FROM
        for tier in range(1, max(one.tier for one in wanted) + 1):
            if is_large:
                cursor.execute("ANALYZE price_wanted, quote")
                quote.run(cursor, tier=tier)
            else:
                prepared_rows(quote, tier=tier)
        places = sorted({(one.chain_id, one.tier) for one in wanted})
        cursor.execute(
            _READ, {"chains": [c for c, _ in places], "tiers": [tier for _, tier in places]}
        )
        rows = cursor.fetchall()
    order = list(PriceKind)
    by_key: dict[tuple[int, int, date], list[Quote]] = {}
    for chain, period, day, resource, kind, *rest, model, number, above, up_to in rows:
        level = PriceLevel(PriceModel(model), number, above, up_to)
        made = Quote(*[resource, PriceKind(kind), *rest, level])
        by_key.setdefault((chain, period, day), []).append(made)
    for found in by_key.values():
        found.sort(key=lambda one: (one.resource_id, order.index(one.kind), one.level.number))
    return {
        one: tuple(by_key.get((one.chain_id, one.plan_period_id, one.on_day), ())) for one in wanted
    }


def rate_on(*, from_currency: str, to_currency: str, on_day: date) -> Decimal | None:
    """Give the newest exchange rate on or before a day, None if there is none."""
    if from_currency == to_currency:
        return Decimal(1)
    found = ExchangeRate.objects.filter(
        from_currency=from_currency, to_currency=to_currency, on_date__lte=on_day
    )
    return found.order_by("-on_date").values_list("rate", flat=True).first()


def _own_tier(
    place: PricePlace,
    bought: Mapping[int, tuple[Quote, ...]],
    *,
    seller_id: int,
    on_day: date,
) -> dict[int, tuple[Quote, ...]]:
    """Make the seller's prices of what it pays, as the statement of the next tier would."""
    valid = Q(valid_from__lte=on_day) & (Q(valid_to=None) | Q(valid_to__gt=on_day))
    own = {
        (row.plan_period_id, row.resource_id, row.kind): row
        for row in SellerPrice.objects.filter(
            valid, seller_id=seller_id, currency=place.currency, plan_period_id__in=bought
        )
    }
    rules = list(MarginRule.objects.filter(valid, seller_id=seller_id))
    plans = PlanPeriod.objects.filter(pk__in=bought).select_related("plan__service")
    shown = plan_values(
        plan_ids=sorted({row.plan_id for row in plans}),
        seller_path=Account.objects.values_list("path", flat=True).get(pk=seller_id),
    )
    scopes = {
        row.id: (row.plan_id, shown[row.plan_id].sales_category_id, row.plan.service.vendor_id)
        for row in plans
    }
    factor = rate_on(from_currency=place.cost_currency, to_currency=place.currency, on_day=on_day)
    rates = {
        currency: rate_on(from_currency=currency, to_currency=place.currency, on_day=on_day)
        for currency in {one.retail_currency for found in bought.values() for one in found}
        if currency
    }
    return {
        period: tuple(
            _resold(
                one,
                own=own.get((period, one.resource_id, one.kind)) if one.level.is_flat else None,
                rule=_narrowest(rules, scopes[period], has_retail=one.retail is not None),
                factor=factor,
                retail_factor=rates.get(one.retail_currency or ""),
                currency=place.currency,
            )
            for one in found
            if one.price is not None
        )
        for period, found in bought.items()
    }


def _narrowest(
    rules: Iterable[MarginRule], scope: tuple[int, int | None, int], *, has_retail: bool
) -> MarginRule | None:
    plan, category, vendor = scope
    fitting = [
        rule
        for rule in rules
        if rule.plan_id in {None, plan}
        and rule.sales_category_id in {None, category}
        and rule.vendor_id in {None, vendor}
        and (rule.basis == MarginBasis.COST or has_retail)
    ]
    return min(
        fitting,
        key=lambda rule: (
            rule.plan_id is None,
            rule.sales_category_id is None,
            rule.vendor_id is None,
            -rule.valid_from.toordinal(),
            -rule.id,
        ),
        default=None,
    )


def _resold(
    bought: Quote,
    *,
    own: SellerPrice | None,
    rule: MarginRule | None,
    factor: Decimal | None,
    retail_factor: Decimal | None,
    currency: str,
) -> Quote:
    is_usage = bought.kind is PriceKind.USAGE
    factor = Decimal(1) if is_usage else factor
    known = bought.price
    cost = None if factor is None or known is None else quantize_unit_price(known * factor)
    price = own.unit_price if own is not None else None
    problem = "no_exchange_rate" if factor is None else None
    if own is None and rule is None:
        problem = problem or "no_price"
    elif own is None and rule is not None:
        by_retail = rule.basis == MarginBasis.RETAIL
        amount, rate = (bought.retail, retail_factor) if by_retail else (bought.price, factor)
        if amount is None or rate is None:
            problem = "no_exchange_rate"
        else:
            digits = rule.digits if rule.digits is not None else exponent(currency)
            price = price_by_percent(
                basis=amount * rate,
                percent_ppm=rule.percent_ppm,
                digits=UNIT_PRICE_DECIMALS if is_usage else digits,
            )
    return Quote(
        resource_id=bought.resource_id,
        kind=bought.kind,
        price=price,
        cost=cost,
        retail=bought.retail,
        retail_currency=bought.retail_currency,
        currency=currency,
        seller_price_id=own.id if own else None,
        margin_rule_id=rule.id if rule and own is None else None,
        problem=problem,
        level=bought.level,
    )
