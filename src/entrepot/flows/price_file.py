"""A seller's prices as a file: written out, changed by somebody, and read again.

Rows are found by `id` (plan period, resource and kind) and `currency`; `price` is what counts, the other columns are
for people. A price that holds already changes nothing, so the same file twice does nothing.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.pricelist.records import Record, read_records
from entrepot.domain.catalog.pricelist.rejects import neutralise
from entrepot.domain.catalog.pricelist.source import SourceText
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import Goods, PriceChange
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.price_desk import DeskPrice, DeskRow, Source, desk_page, desk_rows
from entrepot.kernel.errors import BadInput
from entrepot.kernel.money import UNIT_PRICE_INTEGER_DIGITS, parse_decimal

COLUMNS = (
    "id",
    "plan",
    "product",
    "sku",
    "segment",
    "term_months",
    "billing_months",
    "resource",
    "kind",
    "currency",
    "cost",
    "price",
    "made_by",
)
NEEDED = ("id", "currency", "price")
ROWS_MAX = 20_000
_PAGE = 500
_ID_PARTS = 3


class PriceFileRefused(BadInput):
    """A file that is no list of a seller's prices."""

    codes = frozenset({"price_file_columns", "price_file_too_long"})


class PriceFileRow(BadInput):
    """A row of a file of prices that cannot be used."""

    codes = frozenset(
        {
            "price_file_row_broken",
            "price_file_unknown",
            "price_file_twice",
            "price_file_currency",
            "price_file_price_negative",
        }
    )


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row: its line in the file, its cells, and why."""

    line: int
    cells: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file comes to on a day: prices to change, wrong rows, and how many rows say what holds already."""

    header: tuple[str, ...]
    changes: tuple[PriceChange, ...]
    problems: tuple[RowProblem, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: tuple[str, ...]
    key: tuple[int, int, PriceKind]
    currency: str
    price: Decimal | None


def write_prices(viewer: Viewer, *, place: PricePlace, on_day: date) -> Iterator[str]:
    """Give the lines of the file with all prices of a place on a day, in the order of the list."""
    yield _line(COLUMNS)
    after: int | None = None
    while True:
        page = desk_page(viewer, place=place, on_day=on_day, limit=_PAGE, after=after)
        for row in page.rows:
            for price in row.prices:
                yield _line(_cells(row, price))
        after = page.after
        if after is None:
            return


def read_prices(
    viewer: Viewer,
    *,
    source: SourceText,
    place: PricePlace,
    on_day: date,
    translate: Callable[[str], str] = str,
) -> PriceFile:
    """Read a file of prices for a day; wrong rows are named and left out. Reasons are in the language of `translate`.

    Raises: PriceFileRefused.
    """
    records = list(read_records(text=source.text))
    header = tuple(cell.strip() for cell in records[0].cells)
    _check(header, len(records) - 1)
    rows, problems = _rows(records[1:], header, place, translate)
    periods = list({row.key[0] for row in rows})
    known = {
        (row.period_id, price.resource_id, price.kind): price
        for row in desk_rows(viewer, place=place, period_ids=periods, on_day=on_day)
        for price in row.prices
    }
    changes: list[PriceChange] = []
    for row in rows:
        price = known.get(row.key)
        if price is None:
            problems.append(RowProblem(row.line, row.cells, _unknown().text(translate=translate)))
        elif _differs(row, price):
            changes.append(_change(row, price))
    problems.sort(key=lambda one: one.line)
    unchanged = len(records) - 1 - len(changes) - len(problems)
    return PriceFile(header, tuple(changes), tuple(problems), unchanged)


def write_problems(found: PriceFile) -> str:
    """Write the wrong rows with line and reason, as CSV; without these two columns it can be read again."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["line", "reason", *found.header])
    for one in found.problems:
        writer.writerow([one.line, *(neutralise(cell) for cell in (one.reason, *one.cells))])
    return stream.getvalue()


def _cells(row: DeskRow, price: DeskPrice) -> list[str]:
    return [
        f"{row.period_id}.{price.resource_id}.{price.kind.value}",
        row.name,
        row.product_code,
        row.sku_code,
        row.segment,
        str(row.term_months),
        str(row.billing_months),
        price.resource,
        price.kind.value,
        price.currency,
        _plain(price.cost),
        _plain(price.price),
        price.source.value,
    ]


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _line(cells: Sequence[str]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow([neutralise(cell) for cell in cells])
    return stream.getvalue()


def _check(header: Sequence[str], rows: int) -> None:
    missing = [name for name in NEEDED if header.count(name) != 1]
    if missing:
        raise PriceFileRefused(
            "price_file_columns",
            "The file does not have each of these columns once: {columns}.",
            field="file",
            next_step="Download the prices and change that file; cells are separated by commas.",
            columns=", ".join(missing),
        )
    if rows > ROWS_MAX:
        raise PriceFileRefused(
            "price_file_too_long",
            "The file has more than {most} rows.",
            field="file",
            next_step="Split it and upload the parts.",
            most=ROWS_MAX,
        )


def _rows(
    records: Sequence[Record],
    header: Sequence[str],
    place: PricePlace,
    translate: Callable[[str], str],
) -> tuple[list[_Row], list[RowProblem]]:
    rows: list[_Row] = []
    problems: list[RowProblem] = []
    seen: set[tuple[int, int, PriceKind]] = set()
    for record in records:
        try:
            row = _row(record, header, place)
            if row.key in seen:
                raise _twice()
        except BadInput as refusal:
            reason = refusal.text(translate=translate)
            problems.append(RowProblem(record.line, record.cells, reason))
        else:
            seen.add(row.key)
            rows.append(row)
    return rows, problems


def _row(record: Record, header: Sequence[str], place: PricePlace) -> _Row:
    if record.problem is not None or len(record.cells) != len(header):
        raise PriceFileRow(
            "price_file_row_broken",
            "The row does not have as many cells as the first line.",
            next_step="Check commas and quotation marks.",
        )
    cells: Mapping[str, str] = dict(zip(header, (c.strip() for c in record.cells), strict=True))
    key = _key(cells["id"])
    if cells["currency"] != place.currency:
        raise PriceFileRow(
            "price_file_currency",
            "The price is not in {currency}.",
            next_step="Choose the market and currency of the file, or download it again.",
            currency=place.currency,
        )
    price = None
    if cells["price"]:
        price = parse_decimal(cells["price"], integer_digits_max=UNIT_PRICE_INTEGER_DIGITS)
        if price < 0:
            raise PriceFileRow(
                "price_file_price_negative",
                "A price cannot be below zero.",
                next_step="Give zero or more.",
            )
    return _Row(record.line, record.cells, key, cells["currency"], price)


def _key(text: str) -> tuple[int, int, PriceKind]:
    parts = text.split(".")
    is_one = (
        len(parts) == _ID_PARTS
        and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts[:2])
        and parts[2] in set(PriceKind)
    )
    if not is_one:
        raise _unknown()
    return int(parts[0]), int(parts[1]), PriceKind(parts[2])


def _unknown() -> PriceFileRow:
    return PriceFileRow(
        "price_file_unknown",
        "You sell nothing with this id.",
        next_step="Download the prices again; the plan may have been withdrawn.",
    )


def _twice() -> PriceFileRow:
    return PriceFileRow(
        "price_file_twice",
        "The same id stands further up in the file.",
        next_step="Keep one of the rows.",
    )


def _differs(row: _Row, price: DeskPrice) -> bool:
    """Tell whether a row wants something else than what holds: another price, or an own one given back."""
    if row.price is None:
        return price.source is Source.OWN
    return row.price != price.price


def _change(row: _Row, price: DeskPrice) -> PriceChange:
    period, resource, kind = row.key
    goods = Goods(plan_period_id=period, resource_id=resource, kind=kind, currency=row.currency)
    return PriceChange(goods=goods, unit_price=row.price, unit_cost=price.cost)
