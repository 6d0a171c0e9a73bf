"""An import as plain values for JSON: the stored record of an import, and `--json`."""

from collections.abc import Mapping
from decimal import Decimal

from entrepot.domain.catalog.pricelist.diff import ChangedPrice, CurrentPrice, PriceListDiff
from entrepot.domain.catalog.pricelist.report import PriceImpact
from entrepot.domain.catalog.pricelist.types import ParsedPriceList, PriceKey, RowError

ERRORS_KEPT = 1_000


def import_facts(
    *, parsed: ParsedPriceList, diff: PriceListDiff, impacts: Mapping[PriceKey, PriceImpact]
) -> dict[str, object]:
    """Give file facts, counts, changed and withdrawn prices and wrong cells as JSON values.

    Amounts are strings, days are ISO 8601. At most `ERRORS_KEPT` wrong cells are listed;
    `error_count` counts all.
    """
    day = parsed.effective_from
    return {
        "file": parsed.name,
        "sha256": parsed.sha256,
        "effective_from": day.isoformat() if day else None,
        "rows": parsed.row_count,
        "rejected": len(parsed.rejected),
        "new_plans": len(diff.new_plans),
        "new_periods": len(diff.new_periods),
        "new_prices": len(diff.new_prices),
        "changed_prices": len(diff.changed),
        "ended_prices": len(diff.ended),
        "unchanged": diff.unchanged,
        "changed": [_changed(change, impacts.get(change.row.key)) for change in diff.changed],
        "withdrawn": [_withdrawn(price) for price in diff.withdrawn],
        "errors": [_error(error) for error in parsed.errors[:ERRORS_KEPT]],
        "error_count": len(parsed.errors),
    }


def _changed(change: ChangedPrice, impact: PriceImpact | None) -> dict[str, object]:
    facts: dict[str, object] = {
        **_key(change.row.key),
        "plan": change.row.title,
        "effective_from": change.effective_from.isoformat(),
        "old_cost": _amount(change.old.unit_cost),
        "new_cost": _amount(change.row.unit_cost),
        "cost_percent": _percent(change.cost_percent),
        "old_retail": _amount(change.old.retail_price),
        "new_retail": _amount(change.row.retail_price),
        "retail_percent": _percent(change.retail_percent),
        "subscriptions": impact.subscriptions if impact else 0,
    }
    if impact:
        facts["quantity"] = _amount(impact.quantity)
        facts["monthly_before"] = str(impact.monthly_before.amount)
        facts["monthly_after"] = str(impact.monthly_after.amount)
    return facts


def _withdrawn(price: CurrentPrice) -> dict[str, object]:
    return {**_key(price.key), "plan": price.title}


def _key(key: PriceKey) -> dict[str, object]:
    return {
        "product": key.product_id,
        "sku": key.sku_id,
        "segment": key.segment,
        "term_months": key.term_months,
        "billing_months": key.billing_months,
        "market": key.market,
        "currency": key.currency,
    }


def _error(error: RowError) -> dict[str, object]:
    return {
        "line": error.line,
        "column": error.column,
        "value": error.value,
        "code": error.code,
        "reason": error.reason,
    }


def _amount(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
