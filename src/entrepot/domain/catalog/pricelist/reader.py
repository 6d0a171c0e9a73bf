"""Read a vendor price list in the column format of Microsoft's New Commerce price sheet.

Two kinds of trouble are kept apart. A file that is no price list at all (too large, another
encoding, wrong columns) is refused whole with `PriceListRefused`. A wrong row becomes a
`RejectedRow` with line, column and reason, and reading goes on, so that one pass finds every
mistake. What to do with a list that has rejected rows is the caller's decision.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from entrepot.domain.catalog.pricelist import fields
from entrepot.domain.catalog.pricelist.errors import PriceRowRefused, refuse_cell, refuse_file
from entrepot.domain.catalog.pricelist.records import (
    CHARACTERS_PER_RECORD_MAX,
    Record,
    read_records,
)
from entrepot.domain.catalog.pricelist.source import ROWS_MAX, read_source
from entrepot.domain.catalog.pricelist.types import (
    ParsedPriceList,
    PriceKey,
    PriceRow,
    RejectedRow,
    RowError,
)
from entrepot.kernel.errors import BadInput

VALUE_CHARACTERS_SHOWN = 80

_text = fields.read_text
_title = partial(fields.read_text, required=True)
_publisher = partial(_title, limit=fields.PUBLISHER_CHARACTERS_MAX)
_segment = partial(_title, limit=fields.SEGMENT_CHARACTERS_MAX)
_description = partial(fields.read_text, limit=fields.DESCRIPTION_CHARACTERS_MAX)
_term = partial(fields.read_choice, choices=fields.TERM_MONTHS, code="price_term_unknown")
_billing = partial(fields.read_choice, choices=fields.BILLING_MONTHS, code="price_billing_unknown")

# Column of the vendor, field of PriceRow, how its cell is read; in the vendor's order.
_FIELDS: Sequence[tuple[str, str, Callable[[str], object]]] = (
    ("ProductTitle", "product_title", _title),
    ("ProductId", "product_id", fields.read_identifier),
    ("SkuId", "sku_id", fields.read_identifier),
    ("SkuTitle", "sku_title", _title),
    ("Publisher", "publisher", _publisher),
    ("SkuDescription", "description", _description),
    ("UnitOfMeasure", "unit_of_measure", _title),
    ("TermDuration", "term_months", _term),
    ("BillingPlan", "billing_months", _billing),
    ("Market", "market", fields.read_market),
    ("Currency", "currency", fields.read_currency),
    ("UnitPrice", "unit_cost", fields.read_unit_price),
    ("PricingTierRangeMin", "range_min", fields.read_quantity),
    ("PricingTierRangeMax", "range_max", fields.read_quantity),
    ("EffectiveStartDate", "valid_from", fields.read_start),
    ("EffectiveEndDate", "valid_to", fields.read_end),
    ("Tags", "tags", _text),
    ("ERP Price", "retail_price", fields.read_unit_price),
    ("Segment", "segment", _segment),
)
COLUMNS = tuple(column for column, _, _ in _FIELDS)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_price_list(
    source: Path | BinaryIO,
    *,
    name: str | None = None,
    translate: Callable[[str], str] = str,
) -> ParsedPriceList:
    """Read a price list from a file or a binary stream, every row of it.

    `name` is what messages call the file; default is the name of the path. `translate` turns the
    English reasons into the reader's language (`gettext`). Columns are found by name, in any
    order. Two rows with one key and the same values keep the first; with other values, neither.
    Raises: PriceListRefused when the file cannot be read as a price list: see `read_source`, and
    for wrong columns, another separator, or no rows.
    """
    shown = name or (source.name if isinstance(source, Path) else "price list")
    content = read_source(source=source, name=shown)
    records = read_records(text=content.text)
    header = _read_header(next(records), shown)
    rows: list[PriceRow] = []
    rejected: list[RejectedRow] = []
    for count, record in enumerate(records, start=1):
        if count > ROWS_MAX:
            raise refuse_file("price_list_too_many_rows", name=shown, limit=ROWS_MAX)
        row = _read_row(record, header, translate)
        (rows if isinstance(row, PriceRow) else rejected).append(row)  # type: ignore[arg-type]
    if not rows and not rejected:
        raise refuse_file("price_list_no_rows", name=shown)
    usable, repeated = _without_repeats(rows, translate)
    return ParsedPriceList(
        name=shown,
        sha256=content.sha256,
        header=header,
        rows=usable,
        rejected=tuple(sorted([*rejected, *repeated], key=lambda row: row.line)),
        reordered=header != COLUMNS,
    )


def _read_header(record: Record, name: str) -> tuple[str, ...]:
    """Check the names of the columns: all there, none unknown, none twice."""
    header = tuple(cell.strip() for cell in record.cells)
    if len(header) == 1:
        for separator, word in _SEPARATORS.items():
            if separator in header[0]:
                raise refuse_file("price_list_separator", name=name, separator=word)
    counts = Counter(header)
    missing = [column for column in COLUMNS if column not in counts]
    unknown = [column for column in counts if column not in COLUMNS]
    doubled = [column for column, count in counts.items() if count > 1]
    if missing or unknown or doubled:
        raise refuse_file(
            "price_list_columns",
            name=name,
            missing=_listed(missing),
            unknown=_listed(unknown),
            doubled=_listed(doubled),
        )
    return header


def _listed(columns: Sequence[str]) -> str:
    """Name columns, of very many the first ones."""
    named = [_shown(column) or '""' for column in columns[: len(COLUMNS)]]
    if len(columns) > len(COLUMNS):
        named.append("…")
    return ", ".join(named) or "-"


def _read_row(
    record: Record, header: tuple[str, ...], translate: Callable[[str], str]
) -> PriceRow | RejectedRow:
    """Read all cells of a record; gather everything that is wrong with it."""
    refusal = _refuse_shape(record, len(header))
    if refusal is not None:
        return _rejected(record, {}, [("", "", refusal)], translate)
    cells = dict(zip(header, record.cells, strict=True))
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str, BadInput]] = []
    for column, target, read in _FIELDS:
        try:
            values[target] = read(cells[column])
        except BadInput as error:
            wrong.append((column, cells[column], error))
    wrong.extend(_check_together(cells, values))
    if wrong:
        return _rejected(record, cells, wrong, translate)
    return PriceRow(line_number=record.line, raw=record.cells, **values)


def _refuse_shape(record: Record, expected: int) -> PriceRowRefused | None:
    """Say why a record cannot be matched with the columns, None if it can."""
    found = len(record.cells)
    if record.ends_file and (record.problem is not None or found < expected):
        return refuse_cell("price_row_truncated")
    if record.problem is not None:
        return refuse_cell(record.problem, limit=CHARACTERS_PER_RECORD_MAX)
    if found < expected:
        return refuse_cell("price_row_too_few_cells", found=found, expected=expected)
    if found > expected:
        return refuse_cell("price_row_too_many_cells", found=found, expected=expected)
    return None


def _check_together(
    cells: Mapping[str, str], values: Mapping[str, Any]
) -> Iterable[tuple[str, str, PriceRowRefused]]:
    """Check cells against each other, where all of them could be read."""
    billing, term = values.get("billing_months"), values.get("term_months")
    if billing is not None and term is not None and billing > term:
        cell = cells["BillingPlan"]
        error = refuse_cell("price_billing_too_long", value=cell, term=cells["TermDuration"])
        yield "BillingPlan", cell, error
    low, high = values.get("range_min"), values.get("range_max")
    if low is not None and high is not None and high < low:
        error = refuse_cell("price_range_reversed", value=high, start=low)
        yield "PricingTierRangeMax", cells["PricingTierRangeMax"], error
    start, end = values.get("valid_from"), values.get("valid_to")
    if start is not None and end is not None and end <= start:
        error = refuse_cell("price_end_before_start", value=end, start=start)
        yield "EffectiveEndDate", cells["EffectiveEndDate"], error


def _without_repeats(
    rows: Iterable[PriceRow], translate: Callable[[str], str]
) -> tuple[tuple[PriceRow, ...], tuple[RejectedRow, ...]]:
    """Part rows with a key of their own from those that share one.

    Which of two different prices is right cannot be known, so both are rejected.
    """
    first: dict[PriceKey, PriceRow] = {}
    rejected: dict[int, RejectedRow] = {}
    for row in rows:
        known = first.setdefault(row.key, row)
        if known is row:
            continue
        if _same_values(known, row):
            rejected[row.line_number] = _repeated(row, "price_key_repeated", known, translate)
            continue
        rejected[row.line_number] = _repeated(row, "price_key_conflict", known, translate)
        rejected.setdefault(
            known.line_number, _repeated(known, "price_key_conflict", row, translate)
        )
    kept = tuple(row for row in first.values() if row.line_number not in rejected)
    return kept, tuple(rejected.values())


def _same_values(one: PriceRow, other: PriceRow) -> bool:
    return replace(one, line_number=0, raw=()) == replace(other, line_number=0, raw=())


def _repeated(
    row: PriceRow, code: str, other: PriceRow, translate: Callable[[str], str]
) -> RejectedRow:
    error = row_error(
        row.line_number, "", row.product_id, refuse_cell(code, line=other.line_number), translate
    )
    return RejectedRow(
        line=row.line_number,
        cells=row.raw,
        errors=(error,),
        product=(row.product_id, row.sku_id),
    )


def _rejected(
    record: Record,
    cells: Mapping[str, str],
    wrong: Iterable[tuple[str, str, BadInput]],
    translate: Callable[[str], str],
) -> RejectedRow:
    product = (cells["ProductId"], cells["SkuId"]) if cells else None
    return RejectedRow(
        line=record.line,
        cells=record.cells,
        errors=tuple(
            row_error(record.line, column, value, error, translate)
            for column, value, error in wrong
        ),
        product=product,
    )


def row_error(
    line: int, column: str, value: str, error: BadInput, translate: Callable[[str], str]
) -> RowError:
    """Say in the reader's language what is wrong with a cell, or with a row (empty `column`)."""
    return RowError(
        line=line,
        column=column,
        value=_shown(value),
        code=error.code,
        reason=error.text(translate=translate),
    )


def _shown(value: str) -> str:
    """Cut a value to a readable length and show what cannot be seen by its number."""
    cut = value if len(value) <= VALUE_CHARACTERS_SHOWN else value[:VALUE_CHARACTERS_SHOWN] + "…"
    return "".join(
        character if character.isprintable() else f"<U+{ord(character):04X}>" for character in cut
    )
