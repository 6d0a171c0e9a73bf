"""Rates stored usage lines by DuckDB: totals per subscription, SKU, month of use and tier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from entrepot.domain.usage.relations import fill, rows_of
from entrepot.domain.usage.session import MEMORY_LIMIT_MB, Session, lines_view, session, sql_text

FACTOR_DECIMALS = 12
FACTOR_WHOLE_DIGITS = 6
UNIT_PRICE_DECIMALS = 12
UNIT_PRICE_WHOLE_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ValidSource:
    """Which import counts for one provider, sub-account and billing month (its first day)."""

    provider_name: str
    sub_account_id: str
    billing_month: date
    import_id: int


@dataclass(frozen=True, slots=True)
class MappedSubAccount:
    """The subscription that a vendor's sub-account belongs to."""

    provider_name: str
    sub_account_id: str
    subscription_id: int


@dataclass(frozen=True, slots=True)
class TierRule:
    """How cost becomes the amount of one tier: cost in `cost_currency` x factor, in `currency`.

    `factor` (12 decimals, 6 digits before the point) is the product of the margins down to the tier
    and the exchange rate. `seller_id` is whose own SKU prices hold at this tier.
    """

    subscription_id: int
    tier: int
    seller_id: int
    cost_currency: str
    factor: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class SkuPrice:
    """One band of a seller's own price of a SKU, which replaces cost plus margins at its tier.

    It holds for the lines of one pricing unit, from `lower_limit` (exclusive) units a month up to
    the next band. The first band of a price starts at 0. Prices have at most 12 decimals.
    """

    seller_id: int
    provider_name: str
    sku_id: str
    pricing_unit: str
    currency: str
    lower_limit: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class RatedTotal:
    """What one subscription used of one SKU in one month, for one tier.

    `cost` is exact in `cost_currency`; `amount` has 12 decimals and is not yet rounded to
    `currency`. `pricing_unit` is None if the lines have several, and then `quantity` has no unit.
    """

    subscription_id: int
    sku_id: str
    charge_month: date
    tier: int
    currency: str
    cost_currency: str
    service_name: str | None
    pricing_unit: str | None
    lines: int
    quantity: Decimal
    cost: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Parked:
    """Usage that cannot be charged; `reason` is `unknown_sub_account` or `no_price_rule`."""

    reason: str
    provider_name: str
    sub_account_id: str
    sub_account_name: str
    cost_currency: str
    subscription_id: int | None
    lines: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class RatingInput:
    """What rating needs to know; see the classes of its parts.

    `charge_months` (first days) are the months of use to rate; None means all in the files.
    `sources` None means that the newest import among the files counts.
    """

    subscriptions: Sequence[MappedSubAccount]
    tier_rules: Sequence[TierRule]
    sku_prices: Sequence[SkuPrice] = ()
    charge_months: Sequence[date] | None = None
    sources: Sequence[ValidSource] | None = None


class RatedTotals:
    """The result of one rating; read it inside the `with` block of `rate`."""

    def __init__(self, connection: Session) -> None:
        self._connection = connection

    def totals(self) -> Iterator[RatedTotal]:
        """Walk through the totals in order of subscription, SKU, month and tier."""
        for row in rows_of(self._connection, "rate_usage"):
            yield RatedTotal(*row)

    def parked(self) -> Iterator[Parked]:
        """Walk through what could not be charged, in order of provider and sub-account."""
        for row in rows_of(self._connection, "parked"):
            yield Parked(*row)


@contextmanager
def rate(
    *,
    files: Sequence[Path],
    rating: RatingInput,
    work_dir: Path,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
) -> Iterator[RatedTotals]:
    """Rate the lines of stored files within a memory limit, whatever their size and order.

    Raises: ValueError for rules that contradict each other or have too many digits;
    UsageMemoryTooSmall; UsageAmountTooLarge.
    """
    _check(rating)
    with session(work_dir=work_dir, memory_limit_mb=memory_limit_mb) as connection:
        lines_view(connection, name="usage_line", files=files)
        connection.execute(sql_text("rating_relations"))
        _fill(connection, rating)
        yield RatedTotals(connection)


def _fill(connection: Session, rating: RatingInput) -> None:
    fill_sources(connection, rating.sources)
    fill(connection, "subscription_map", [astuple(row) for row in rating.subscriptions])
    fill(connection, "tier_rule", [astuple(row) for row in rating.tier_rules])
    fill(connection, "sku_price", [astuple(row) for row in rating.sku_prices])
    if rating.charge_months is None:
        connection.execute(
            "INSERT INTO rated_month SELECT DISTINCT l.charge_month FROM usage_line AS l"
        )
    else:
        fill(connection, "rated_month", [(month,) for month in rating.charge_months])


def fill_sources(connection: Session, sources: Sequence[ValidSource] | None) -> None:
    """Say which import counts: the given ones, or without them the newest in the files."""
    if sources is None:
        connection.execute(f"INSERT INTO valid_source {sql_text('newest_source')}")
    else:
        fill(connection, "valid_source", [astuple(row) for row in sources])


def _check(rating: RatingInput) -> None:
    accounts = [(row.provider_name, row.sub_account_id) for row in rating.subscriptions]
    _check_once(accounts, what="sub-account")
    _check_once([(row.subscription_id, row.tier) for row in rating.tier_rules], what="tier rule")
    prices = [(astuple(row)[:5], row.lower_limit) for row in rating.sku_prices]
    _check_once(prices, what="price band")
    begun = {key for key, lower_limit in prices if lower_limit == 0}
    for key, lower_limit in prices:
        if key not in begun or lower_limit < 0:
            raise ValueError(f"the bands of the price {key} do not start at 0")
    for rule in rating.tier_rules:
        _check_digits(rule.factor, decimals=FACTOR_DECIMALS, whole=FACTOR_WHOLE_DIGITS)
    for price in rating.sku_prices:
        _check_digits(price.unit_price, decimals=UNIT_PRICE_DECIMALS, whole=UNIT_PRICE_WHOLE_DIGITS)


def _check_once(keys: Sequence[object], *, what: str) -> None:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"the {what} {key} is given twice")
        seen.add(key)


def _check_digits(value: Decimal, *, decimals: int, whole: int) -> None:
    # The relation would round further digits away without a word.
    if not value.is_finite() or abs(value) >= 10**whole or value != round(value, decimals):
        raise ValueError(f"{value} has more than {whole} digits or {decimals} decimals")
