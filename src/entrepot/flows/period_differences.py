"""Compare what a day billed with each subscription's own previous period, in words that people can read.

Works on whatever charges the search path shows: the scratch schema of a rehearsal, or the live tables of a run.
"""

import json
from datetime import date
from typing import Any

from entrepot.flows.daily_billing.session import temporary_tables
from entrepot.infra.db.sql import statement

ROWS_PER_DIMENSION = 100
DIMENSIONS = ("reseller", "customer", "plan", "subscription")
_BILLING = "entrepot.domain.billing"
_TIERS = """
    SELECT tier, currency, count(*), sum(before_net), sum(now_net), count(*) FILTER (WHERE NOT is_explained)
    FROM period_difference GROUP BY tier, currency ORDER BY tier, currency
"""
_ASIDE = """
    SELECT reason::text, count(*) FROM quarantine WHERE resolved_on IS NULL GROUP BY reason ORDER BY 2 DESC, 1
"""


def compare(cursor: Any, *, day: date) -> dict[str, Any]:
    """Return `totals` and `differences` of a day as JSON values, amounts as plain text.

    `totals.tiers` sums every tier and currency. `differences` holds, per dimension, `rows` (at most 100 per
    currency, the largest unexplained change first, with the causes behind each) and `rest` (one row per currency with
    all others), which together are the provider's own sales of the day. The cursor must stand in a transaction.
    """
    columns = temporary_tables()["period_difference"]
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS period_difference ({columns}) ON COMMIT DELETE ROWS"
    )
    cursor.execute("TRUNCATE period_difference")
    statement(_BILLING, "compare_periods").run(cursor, run_day=day)
    cursor.execute("ANALYZE period_difference")
    return {
        "totals": {"tiers": _tiers(cursor), "aside": _aside(cursor)},
        "differences": {name: _dimension(cursor, name) for name in DIMENSIONS},
    }


def fingerprint(cursor: Any, *, day: date) -> str:
    """Return the digest of what a day's run made, in the schema that the cursor sees."""
    charges, documents, digest = statement(_BILLING, "fingerprint").rows(cursor, run_day=day)[0]
    return f"{charges}-{documents}-{digest}"


def _tiers(cursor: Any) -> list[dict[str, Any]]:
    cursor.execute(_TIERS)
    names = ("tier", "currency", "subscriptions", "before", "now", "unexplained")
    return [dict(zip(names, _plain(row), strict=True)) for row in cursor.fetchall()]


def _aside(cursor: Any) -> list[dict[str, Any]]:
    cursor.execute(_ASIDE)
    return [{"reason": reason, "count": count} for reason, count in cursor.fetchall()]


def _dimension(cursor: Any, name: str) -> dict[str, Any]:
    found = statement(_BILLING, "difference_rows").rows(
        cursor, by_what=name, rows_max=ROWS_PER_DIMENSION
    )
    rows = [_row(row) for row in found]
    rest = [row for row in rows if row["id"] is None]
    return {
        "rows": [row for row in rows if row["id"] is not None],
        "rest": rest,
        "more": sum(row["members"] for row in rest),
    }


def _row(row: tuple[Any, ...]) -> dict[str, Any]:
    currency, number, name, note, members, subscriptions, before, now, unexplained, causes, _ = row
    found = json.loads(causes)
    return {
        "id": number,
        "name": name,
        "note": note,
        "currency": currency,
        "members": members,
        "subscriptions": subscriptions,
        "before": str(before),
        "now": str(now),
        "unexplained": unexplained,
        "cause": found[0]["cause"] if found else None,
        "causes": found,
    }


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [str(value) if hasattr(value, "as_tuple") else value for value in row]
