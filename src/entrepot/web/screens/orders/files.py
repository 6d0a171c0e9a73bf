"""The orders of a list as a file: exactly what search and filters leave over, the newest first."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.http import HttpResponse, StreamingHttpResponse

from entrepot.domain.ordering.queries import LIMIT_MAX, OrderFilter, OrderRow, list_orders
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.kernel.money import exponent, round_amount
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.orders.asked import read
from entrepot.web.screens.orders.listing import shown_keys
from entrepot.web.screens.subscriptions.files import safe_text

Value = str | int | Decimal | datetime | None
Field = tuple[str, Callable[[OrderRow], Value]]

_ALWAYS: Sequence[Field] = (
    ("order_id", lambda row: row.id),
    ("number", lambda row: row.number),
    ("kind", lambda row: row.kind.value),
)
_FIELDS: Mapping[str, Sequence[Field]] = {
    "customer": (
        ("customer_id", lambda row: row.customer_id),
        ("customer", lambda row: row.customer_name),
    ),
    "seller": (("seller", lambda row: row.seller_name),),
    "plan": (
        ("plan", lambda row: row.plan_name),
        ("subscription_id", lambda row: row.subscription_id),
        ("purchase_order", lambda row: row.purchase_order),
    ),
    "status": (("state", lambda row: row.shown.value),),
    "amount": (
        ("currency", lambda row: row.currency if row.first_amount is not None else None),
        ("first_amount", lambda row: _amount(row.first_amount, row.currency)),
        ("period_amount", lambda row: _amount(row.period_amount, row.currency)),
    ),
    "placed": (
        ("placed_at", lambda row: row.placed_at),
        ("closed_at", lambda row: row.closed_at),
    ),
}


# The sale of who reads: what its buyer is billed at first, and what it pays for that.
_OWN: Sequence[Field] = (
    ("own_currency", lambda row: row.own.currency if row.own else None),
    (
        "own_price",
        lambda row: _amount(row.own.price.first, row.own.currency) if row.own else None,
    ),
    (
        "own_cost",
        lambda row: (
            _amount(row.own.cost.first, row.own.currency) if row.own and row.own.cost else None
        ),
    ),
)


@screen(Capability.VIEW_ORDERS)
def export(
    request: SignedInRequest, *, name: str, side: Side, columns: Sequence[str]
) -> HttpResponse:
    """Give the orders of the list that the address describes as comma-separated lines."""
    viewer = request.viewer
    keys = shown_keys(viewer, columns)
    fields = [*_ALWAYS, *(field for key in keys for field in _FIELDS[key])]
    if viewer.panel is not Panel.CUSTOMER:
        sees = viewer.can(Capability.VIEW_PRICES) and side is not Side.BOUGHT
        fields += _OWN if sees else ()
        fields.append(("status_code", lambda row: row.code.value))
    lines = _lines(viewer, read(request.GET, side=side).wanted, fields)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    file_name = f"{name}s-{viewer.today.isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return cast("HttpResponse", answer)


def _lines(viewer: Viewer, wanted: OrderFilter, fields: Sequence[Field]) -> Iterator[bytes]:
    """Read page after page, so that a long list needs no memory."""
    yield _line([key for key, _ in fields])
    before: int | None = None
    while True:
        page = list_orders(viewer, wanted=wanted, limit=LIMIT_MAX, before=before)
        for row in page.rows:
            yield _line([_plain(read_one(row)) for _, read_one in fields])
        if page.before is None:
            return
        before = page.before


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()


def _amount(value: Decimal | None, currency: str) -> Decimal | None:
    """Give an amount with the decimals of its currency."""
    return None if value is None else round_amount(value, exp=exponent(currency))


def _plain(value: Value) -> str:
    """Write amounts with a point and instants as ISO 8601 in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe_text(value) if isinstance(value, str) else str(value)
