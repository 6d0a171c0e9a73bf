"""The file of running subscriptions: its columns, its template, its rows with what is wrong in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from entrepot.flows.csv_file import Cells, read_cells, require_cell, template_of
from entrepot.kernel.errors import BadInput

COLUMNS = (
    "customer",
    "plan",
    "term_months",
    "billing_months",
    "quantity",
    "start",
    "expiry",
    "vendor_id",
    "auto_renewal",
)
_OPTIONAL = frozenset({"term_months", "billing_months", "auto_renewal"})
_EXAMPLES = (
    ("ACC-1042", "PLN-17", "12", "1", "25", "2026-01-15", "2027-01-15", "8f1e5c2a", "yes"),
    ("K-20031", "CFQ7TTC0LH16/0001", "", "", "3", "2025-11-01", "2026-11-01", "b7d2", "no"),
)
ROWS_MAX = 20_000
BYTES_MAX = 10 * 1024 * 1024
_YES_NO = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class ImportFault(BadInput):
    """What is wrong with a row of the file; `field` names the column."""

    codes = frozenset(
        {
            "import_quantity_unusable",
            "import_months_unusable",
            "import_day_unusable",
            "import_yes_no_unusable",
            "import_customer_unknown",
            "import_customer_ambiguous",
            "import_plan_unknown",
            "import_plan_ambiguous",
            "import_plan_is_usage",
            "import_period_unknown",
            "import_period_ambiguous",
            "import_vendor_id_twice",
            "import_vendor_id_known",
            "import_expiry_before_start",
        }
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """One row as it was meant; months None: the plan's only period."""

    line: int
    customer: str
    plan: str
    term_months: int | None
    billing_months: int | None
    quantity: Decimal
    start: date
    expiry: date
    vendor_id: str
    auto_renewal: bool


def template() -> str:
    """Return the file that people fill in, with two rows as examples."""
    return template_of(COLUMNS, _EXAMPLES)


def read_rows(path: Path) -> list[Cells]:
    """Read a CSV file with a header. Raises: CsvFault about the whole file."""
    return read_cells(path, columns=COLUMNS, optional=_OPTIONAL, rows_max=ROWS_MAX)


def typed(cells: Cells) -> Typed:
    """Read the cells of a row. Raises: CsvFault, ImportFault with the column."""
    require_cell(cells.values, optional=_OPTIONAL)
    values = cells.values
    row = Typed(
        line=cells.line,
        customer=values["customer"],
        plan=values["plan"],
        term_months=_months(values, "term_months"),
        billing_months=_months(values, "billing_months"),
        quantity=_quantity(values["quantity"]),
        start=_day(values, "start"),
        expiry=_day(values, "expiry"),
        vendor_id=values["vendor_id"],
        auto_renewal=_yes_no(values["auto_renewal"]),
    )
    if row.expiry <= row.start:
        raise ImportFault(
            "import_expiry_before_start",
            "{expiry} is not after the start, {start}.",
            field="expiry",
            expiry=row.expiry,
            start=row.start,
            next_step="Give the first day that is not paid any more.",
        )
    return row


def _months(values: Mapping[str, str], name: str) -> int | None:
    text = values[name]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) > 0):
        raise ImportFault(
            "import_months_unusable",
            "“{text}” is not a number of months.",
            field=name,
            text=text,
            next_step="Write 1, 12 or 36, or leave it empty when the plan has one period only.",
        )
    return int(text)


def _quantity(text: str) -> Decimal:
    try:
        number = Decimal(text) if text.isascii() else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ImportFault(
            "import_quantity_unusable",
            "“{text}” is not a number.",
            field="quantity",
            text=text,
            next_step="Write digits, with a point before decimals.",
        )
    return number


def _day(values: Mapping[str, str], name: str) -> date:
    text = values[name]
    try:
        return date.fromisoformat(text if len(text) == len("2026-01-15") else "")
    except ValueError as error:
        raise ImportFault(
            "import_day_unusable",
            "“{text}” is not a day.",
            field=name,
            text=text,
            next_step="Write it as 2026-01-15.",
        ) from error


def _yes_no(text: str) -> bool:
    known = _YES_NO.get(text.lower())
    if known is None:
        raise ImportFault(
            "import_yes_no_unusable",
            "“{text}” is neither yes nor no.",
            field="auto_renewal",
            text=text,
            next_step="Write yes or no.",
        )
    return known
