"""Reads of exchange rates: the newest of every pair, and all of them by day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.domain.resale.models import ExchangeRate

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class RateRow:
    """What one unit of `from_currency` is worth in `to_currency` from a day on, until a later rate of the pair."""

    id: int
    from_currency: str
    to_currency: str
    rate: Decimal
    on_date: date
    source: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class RatePage:
    """One page of rates, the newest day first; `before` (a day and an id) leads to the next one, None on the last."""

    rows: tuple[RateRow, ...]
    before: tuple[date, int] | None


def list_rates(
    *, limit: int, currency: str = "", before: tuple[date, int] | None = None
) -> RatePage:
    """Return rates of all pairs, or of those with a currency, at most 200. Two statements.

    Rates belong to the hub and to no tenant: who may open a list of them is the caller's question.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    rows = ExchangeRate.objects.all()
    if currency:
        rows = rows.filter(from_currency=currency) | rows.filter(to_currency=currency)
    if before is not None:
        day, number = before
        rows = rows.filter(on_date__lt=day) | rows.filter(on_date=day, id__lt=number)
    found = list(rows.order_by("-on_date", "-id")[: size + 1])
    newest = ExchangeRate.objects.order_by("from_currency", "to_currency", "-on_date")
    ids = set(newest.distinct("from_currency", "to_currency").values_list("id", flat=True))
    page = tuple(
        RateRow(
            id=row.id,
            from_currency=row.from_currency,
            to_currency=row.to_currency,
            rate=row.rate,
            on_date=row.on_date,
            source=row.source,
            is_newest=row.id in ids,
        )
        for row in found[:size]
    )
    last = (page[-1].on_date, page[-1].id) if len(found) > size else None
    return RatePage(page, last)
