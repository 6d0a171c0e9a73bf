"""The rows of a list as CSV or XLSX: exactly what is filtered, or the selected ones among them."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.queries import Book, ListInput, ListRow
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import rows, words
from entrepot.web.screens.subscriptions.asked import number_in, read

SHEET_ROWS_MAX = 50_000
PICKED_MAX = 1_000
_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet takes text that begins so for a formula, whoever wrote it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Value = str | int | Decimal | date | None
_NUMBER: tuple[str, Callable[[ListRow], Value]] = ("number", lambda row: words.number(row.id))
_FIELDS: dict[str, tuple[tuple[str, Callable[[ListRow], Value]], ...]] = {
    "customer": (("customer", lambda row: row.customer_name),),
    "seller": (("seller", lambda row: row.seller_name),),
    "plan": (
        ("plan", lambda row: row.plan_name),
        ("term_months", lambda row: row.term_months),
        ("billing_months", lambda row: row.billing_months),
        ("vendor_reference", lambda row: row.vendor_reference),
    ),
    "status": (
        ("status", lambda row: row.status.value),
        ("on_hold", lambda row: "yes" if row.on_hold else "no"),
        ("renews_by_itself", lambda row: "yes" if row.auto_renew else "no"),
    ),
    "quantity": (("quantity", lambda row: row.quantity),),
    "price": (
        ("currency", lambda row: row.cash.currency if row.cash else None),
        ("price_per_month", lambda row: row.cash.price if row.cash else None),
    ),
    "cost": (("cost_per_month", lambda row: row.cash.cost if row.cash else None),),
    "margin": (("margin_per_month", lambda row: row.cash.margin if row.cash else None),),
    "term": (),
    "ends": (
        ("started_on", lambda row: row.started_on),
        ("trial_end", lambda row: row.trial_end),
        ("term_end", lambda row: row.term_end),
        ("cancel_on", lambda row: row.cancel_on),
        ("ended_on", lambda row: row.ended_on),
    ),
}


@screen(Capability.VIEW_SUBSCRIPTIONS)
def export(request: SignedInRequest, *, name: str, book: Book, keys: Sequence[str]) -> HttpResponse:
    """Give the rows of the list that the address describes; `ids` picks some of them."""
    viewer = request.viewer
    kind = request.GET.get("format", "csv")
    if kind not in ("csv", "xlsx"):
        raise Http404
    wanted = read(viewer, request.GET, book=book).wanted
    picked = [n for text in request.GET.getlist("ids")[:PICKED_MAX] if (n := number_in(text))]
    fields = [
        _NUMBER,
        *(field for key in rows.shown_keys(viewer, keys) for field in _FIELDS[key]),
    ]
    if kind == "xlsx" and not picked:
        _check_size(queries.count_rows(viewer, wanted=wanted, limit=SHEET_ROWS_MAX))
    found = queries.every_row(viewer, wanted=wanted, ids=picked or None)
    heading = [key for key, _ in fields]
    lines: Iterable[Sequence[Value]] = ([read_one(row) for _, read_one in fields] for row in found)
    file_name = f"{name}s-{viewer.today.isoformat()}.{kind}"
    if kind == "xlsx":
        answer = HttpResponse(_sheet(heading, lines), content_type=_XLSX)
    else:
        answer = cast(
            "HttpResponse", StreamingHttpResponse(_csv(heading, lines), content_type=_CSV)
        )
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


def safe_text(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula: an apostrophe goes before it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _check_size(number: int) -> None:
    if number > SHEET_ROWS_MAX:
        raise ListInput(
            "list_too_long_for_a_sheet",
            "A spreadsheet file holds at most {most} rows, and the list has more.",
            next_step="Filter the list, or take it as CSV.",
            most=SHEET_ROWS_MAX,
        )


def _csv(heading: Sequence[str], lines: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """Write comma-separated lines piece by piece: ISO dates, raw decimals with a point."""
    yield _csv_line(heading)
    for line in lines:
        yield _csv_line([_plain(value) for value in line])


def _csv_line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    return safe_text(value) if isinstance(value, str) else str(value)


def _sheet(heading: Sequence[str], lines: Iterable[Sequence[Value]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext("Subscriptions")[:31])
    sheet.append(list(heading))
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(sheet: Any, value: Value) -> Any:
    """Build a cell; text is marked as text, so that none of it becomes a formula."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=_printable(value))
    cell.data_type = "s"
    return cell


def _printable(text: str) -> str:
    """Drop control characters, which a sheet cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
