"""The second replay: a sample of the charges, and all that the database doubts, calculated by `kernel.money`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.billing.models import Charge
from entrepot.flows.verify.types import Finding
from entrepot.kernel.ids import IdKind, format_id
from entrepot.kernel.money import LineAmounts, MoneyError, line_amounts

SAMPLE = 1_000
_FIELDS = (
    "id",
    "subscription_id",
    "tier",
    "kind",
    "unit_price",
    "quantity",
    "num",
    "den",
    "discount_ppm",
    "tax_ppm",
    "exponent",
    "list_amount",
    "discount_amount",
    "net",
    "tax",
)


def sample_ids(cursor: Any, *, from_day: object, to_day: object) -> list[int]:
    """Return up to 1,000 ids of charges of a span of days, spread evenly over the ids."""
    cursor.execute(
        "SELECT min(id), max(id) FROM charge WHERE statement_on >= %s AND billed_on BETWEEN %s AND %s",
        [from_day, from_day, to_day],
    )
    low, high = cursor.fetchone()
    if low is None:
        return []
    step = max(1, (high - low + 1) // SAMPLE)
    return list(range(low, high + 1, step))[:SAMPLE]


def replayed(*, ids: Iterable[int]) -> tuple[int, list[Finding]]:
    """Calculate charges again with the kernel; return how many, and a finding for each amount that differs."""
    findings: list[Finding] = []
    count = 0
    for row in Charge.objects.filter(id__in=list(ids)).order_by("id").values(*_FIELDS):
        count += 1
        findings += _differences(row)
    return count, findings


def _differences(row: dict[str, Any]) -> list[Finding]:
    stored = LineAmounts(
        list=row["list_amount"], discount=row["discount_amount"], net=row["net"], tax=row["tax"]
    )
    try:
        expected = _expected(row)
    except (MoneyError, ValueError):
        return [_finding(row, what="fraction or rate", found=Decimal(row["num"]))]
    return [
        _finding(row, what=what, found=getattr(stored, what))
        for what in ("list", "discount", "net", "tax")
        if getattr(stored, what) != getattr(expected, what)
    ]


def _expected(row: dict[str, Any]) -> LineAmounts:
    # The list amount of usage is the difference of two rounded totals: it is taken as given here.
    usage = row["kind"] is ChargeKind.USAGE
    return line_amounts(
        unit_price=row["list_amount"] if usage else row["unit_price"],
        quantity=1 if usage else row["quantity"],
        num=row["num"],
        den=row["den"],
        discount_ppm=row["discount_ppm"],
        tax_ppm=row["tax_ppm"],
        exponent=row["exponent"],
    )


def _finding(row: dict[str, Any], *, what: str, found: Decimal) -> Finding:
    return Finding(
        problem="charge_not_reproduced",
        object_kind="charge",
        object_id=row["id"],
        reference=format_id(kind=IdKind.CHARGE, number=row["id"]),
        facts={
            "subscription": str(row["subscription_id"]),
            "tier": str(row["tier"]),
            "kind": str(row["kind"]),
            "what": what,
            "found": str(found),
        },
    )
