"""The lines of a document as CSV for other programs: ISO dates, raw decimals, English column names."""

import csv
import io
from decimal import Decimal

from entrepot.domain.documents.types import Document, Line

COLUMNS = (
    "document", "issued_on", "line", "customer_id", "customer", "subscription", "kind", "description",
    "period_start", "period_end", "quantity", "unit", "unit_price", "price_per", "duration_num",
    "duration_den", "list", "discount_percent", "discount", "net", "tax_percent", "tax", "currency",
)  # fmt: skip
# A cell that begins with one of these is a formula for a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_lines(document: Document) -> str:
    """Write one row per line, in their order; `period_end` is exclusive, amounts carry their sign."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in document.lines:
        writer.writerow(_row(document, line))
    return out.getvalue()


def plain_text(text: str) -> str:
    """Disarm somebody's text: a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _row(document: Document, line: Line) -> list[str]:
    amount = f"{{:.{document.exponent}f}}".format
    texts = (line.customer_name, line.reference, line.kind.value, line.description)
    return [
        plain_text(document.number),
        document.issued_on.isoformat(),
        str(line.no),
        line.customer_id,
        *(plain_text(text) for text in texts),
        line.period_start.isoformat() if line.period_start else "",
        line.period_end.isoformat() if line.period_end else "",
        _number(line.quantity),
        plain_text(line.unit_label),
        _number(line.unit_price),
        line.billing_unit.value,
        str(line.num),
        str(line.den),
        amount(line.list_amount),
        _percent(line.discount_ppm),
        amount(line.discount),
        amount(line.net),
        _percent(line.tax_ppm),
        amount(line.tax),
        document.currency,
    ]


def _number(value: Decimal) -> str:
    """Write all digits that a number has, without exponents and trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(ppm: int) -> str:
    return _number(Decimal(ppm) / 10_000)
