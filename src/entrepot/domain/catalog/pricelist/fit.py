"""Reject rows that are well formed and still cannot be stored in this catalogue. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from entrepot.domain.catalog.pricelist.diff import CurrentPrice
from entrepot.domain.catalog.pricelist.errors import refuse_cell
from entrepot.domain.catalog.pricelist.reader import row_error
from entrepot.domain.catalog.pricelist.types import (
    ParsedPriceList,
    PriceKey,
    PriceRow,
    RejectedRow,
)
from entrepot.kernel.errors import BadInput


def fit_price_list(
    parsed: ParsedPriceList,
    *,
    current: Iterable[CurrentPrice],
    today: date,
    translate: Callable[[str], str] = str,
) -> ParsedPriceList:
    """Give the list with the rows that do not fit among the rejected ones.

    A market has one currency (docs/decisions, import): that of the catalogue, else the one most
    rows of the list have. A price holds for all quantities. A price that is in force on `today`
    is never replaced for its own first day, because sales may have been made at it; one that is
    only scheduled may be.
    """
    stored = {(price.key, price.valid_from): price for price in current}
    currencies = _currencies(parsed.rows, (key for key, _ in stored))
    kept: list[PriceRow] = []
    rejected = list(parsed.rejected)
    for row in parsed.rows:
        misfit = _misfit(row, currencies[row.market], stored.get((row.key, row.valid_from)), today)
        if misfit is None:
            kept.append(row)
        else:
            rejected.append(_rejected(row, *misfit, translate))
    rejected.sort(key=lambda row: row.line)
    return replace(parsed, rows=tuple(kept), rejected=tuple(rejected))


def _currencies(rows: Iterable[PriceRow], stored: Iterable[PriceKey]) -> Mapping[str, str]:
    """Find the currency of each market; of two equally frequent ones the first of the file."""
    counts = Counter((row.market, row.currency) for row in rows)
    found: dict[str, str] = {}
    for (market, currency), _ in counts.most_common():
        found.setdefault(market, currency)
    return found | {key.market: key.currency for key in stored}


def _misfit(
    row: PriceRow, currency: str, same_start: CurrentPrice | None, today: date
) -> tuple[str, str, BadInput] | None:
    if row.currency != currency:
        error = refuse_cell(
            "price_market_currency", market=row.market, currency=currency, value=row.currency
        )
        return "Currency", row.currency, error
    if row.key.range_min > 0 or row.range_max is not None:
        error = refuse_cell("price_range_unsupported")
        return "PricingTierRangeMin", str(row.range_min or ""), error
    if same_start is None or same_start.valid_from > today or _is_same(row, same_start):
        return None
    error = refuse_cell(
        "price_in_force",
        start=same_start.valid_from,
        cost=f"{same_start.unit_cost.normalize():f}",
        retail=f"{same_start.retail_price.normalize():f}",
    )
    return "UnitPrice", f"{row.unit_cost:f}", error


def _is_same(row: PriceRow, stored: CurrentPrice) -> bool:
    return (row.unit_cost, row.retail_price) == (stored.unit_cost, stored.retail_price)


def _rejected(
    row: PriceRow, column: str, value: str, error: BadInput, translate: Callable[[str], str]
) -> RejectedRow:
    return RejectedRow(
        line=row.line_number,
        cells=row.raw,
        errors=(row_error(row.line_number, column, value, error, translate),),
        product=(row.product_id, row.sku_id),
    )
