"""Reads of what a run's documents come to, tier by tier; never added up over tiers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from entrepot.domain.billing.models import BillingRun
from entrepot.domain.parties.access import visible, where
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.periods import boundary


@dataclass(frozen=True, slots=True)
class TierTotal:
    """The documents of one kind of sale in one currency.

    `seller_depth` 0 is the provider, 1 a reseller, more a sub-reseller. Amounts are None where the viewer may not see
    them: resale prices of lower tiers (decision 11). `net_before` is the month before, None when it was not billed.
    """

    seller_depth: int
    buyer_kind: AccountKind
    currency: str
    documents: int
    lines: int
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    net_before: Decimal | None


@dataclass(frozen=True, slots=True)
class RunTotals:
    """The totals of a run by tier and currency; `before` is the last day of the month before that they compare with."""

    rows: tuple[TierTotal, ...]
    before: date | None


def run_totals(viewer: Viewer, *, first_day: date, day: date) -> RunTotals:
    """Sum the documents of a run, from the provider's sales downwards; the days are both inclusive."""
    before_from, before = _month_before(first_day), _month_before(day)
    was_billed = visible(viewer, BillingRun).filter(first_day__lte=before, day__gte=before).exists()
    scope = where(viewer, "invoice", alias="invoice")
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "first": first_day,
            "day": day,
            "before_from": before_from,
            "before": before,
        }
        cursor.execute(_TOTALS.format(scope=scope.text), values | dict(scope.params))
        found = cursor.fetchall()
    return RunTotals(
        rows=tuple(_total(row, was_billed=was_billed) for row in found if row[3]),
        before=before if was_billed else None,
    )


_TOTALS = """
SELECT
    CASE WHEN seller.kind = 'provider' THEN 0 WHEN seller.id = seller.tenant_id THEN 1 ELSE 2 END AS depth,
    buyer.kind,
    invoice.currency,
    count(*) FILTER (WHERE invoice.statement_on >= %(first)s) AS documents,
    coalesce(sum(invoice.lines) FILTER (WHERE invoice.statement_on >= %(first)s), 0),
    sum(invoice.net) FILTER (WHERE invoice.statement_on >= %(first)s AND {scope}),
    sum(invoice.tax) FILTER (WHERE invoice.statement_on >= %(first)s AND {scope}),
    sum(invoice.gross) FILTER (WHERE invoice.statement_on >= %(first)s AND {scope}),
    sum(invoice.net) FILTER (WHERE invoice.statement_on < %(first)s AND {scope})
FROM invoice
INNER JOIN account AS seller ON seller.id = invoice.seller_id
INNER JOIN account AS buyer ON buyer.id = invoice.buyer_id
WHERE
    invoice.statement_on BETWEEN %(first)s AND %(day)s
    OR invoice.statement_on BETWEEN %(before_from)s AND %(before)s
GROUP BY 1, 2, 3
ORDER BY 3, 1, 2 DESC
"""


def _month_before(day: date) -> date:
    return boundary(day, months=-1, anchor=day.day)


def _total(row: tuple[object, ...], *, was_billed: bool) -> TierTotal:
    values: Mapping[str, object] = dict(zip(TierTotal.__slots__, row, strict=True))
    total = TierTotal(**{**values, "buyer_kind": AccountKind(str(row[1]))})  # type: ignore[arg-type]
    if was_billed:
        return total
    return TierTotal(**{**{n: getattr(total, n) for n in TierTotal.__slots__}, "net_before": None})
