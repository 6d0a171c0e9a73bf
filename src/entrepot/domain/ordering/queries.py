"""What people see of orders: lists, counts of their views, and one order with its timeline.

A list is read along an index, the newest first. A view of some status codes is put together from one such reading for
each code, because no index has the rows of two codes in the order of their numbers. What a text finds is collected
first. Of a name that more than `FOUND_MAX` orders have the newest ones of each customer are read (`frequent.py`); only
where very many customers have it the list itself is read, which then is the quicker way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from entrepot.domain.ordering.amounts import SaleAmounts, amounts_of
from entrepot.domain.ordering.frequent import Frequent, customers_named, newest_of
from entrepot.domain.ordering.kinds import PREFIX, OrderKind, number_text
from entrepot.domain.ordering.lifecycle import SHOWN, Code, Shown, Trigger, allowed
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.ordering.units import Units, units_of
from entrepot.domain.ordering.wishes import Ending, NextTerm, ending_of, next_term_of
from entrepot.domain.parties import access
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side, subscription_scope
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.kernel.ids import NUMBER_MAX, IdKind

LIMIT_MAX = 200
COUNT_MAX = 10_000
FOUND_MAX = 10_000
TEXT_LENGTH_MAX = 100

_COUNTS = """
SELECT
    status.code,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM sales_order AS o WHERE o.code = status.code AND {scope} LIMIT %(most)s
        ) AS counted
    )
FROM order_status AS status"""


class BuyerType(StrEnum):
    """Who bought (decision 25): a customer, a reseller for itself, or the viewer's own account."""

    CUSTOMER = "customer"
    RESELLER = "reseller"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. Amounts are None for who may not see the price of this sale (decision 11).

    `changes`, `term` and `ending` have what a change order, renewal or cancellation wants of its subscription; all are
    None where it is for a new one. `own` is the viewer's sale of it, None for buyers, for who sees no prices, and where
    amounts were not kept (`is_kept`). `first_amount` and `period_amount` are those of the sale to the buyer as the day
    on which it was done made them, `asked_amount` is the first one as it was confirmed.
    """

    id: int
    number: str
    kind: OrderKind
    code: Code
    shown: Shown
    customer_id: int
    customer_name: str
    seller_id: int
    seller_name: str
    is_own: bool
    plan_name: str
    subscription_id: int
    operation_id: int | None
    currency: str
    first_amount: Decimal | None
    period_amount: Decimal | None
    trial_days: int
    parameters: Mapping[str, object]
    changes: Units | None
    term: NextTerm | None
    ending: Ending | None
    own: SaleAmounts | None
    is_kept: bool
    asked_amount: Decimal | None
    purchase_order: str
    error: str
    placed_at: datetime
    placed_by: str
    closed_at: datetime | None
    possible: frozenset[Trigger]

    @property
    def is_for_new(self) -> bool:
        """Tell whether it makes a subscription; otherwise it is about one that is there."""
        return not (self.changes or self.term or self.ending)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list shows: a side, a state as people are told it, a precise code, who bought, the kind, and a text.

    The text is a number (`SO000012`, 12), an id (`ORD-7`, 7) or the beginning of a customer's name. `is_open` leaves
    out what is completed or cancelled.
    """

    side: Side = Side.BOTH
    shown: Shown | None = None
    code: Code | None = None
    buyer: BuyerType | None = None
    kind: OrderKind | None = None
    text: str = ""
    customer_id: int | None = None
    is_open: bool = False

    @property
    def is_narrow(self) -> bool:
        """Tell whether search or filters narrow the view."""
        return bool(self.code or self.buyer or self.kind or self.text or self.customer_id)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of orders, the newest first.

    `before` continues the list, None on its last page; `after` leads back, None on its first page.
    """

    rows: tuple[OrderRow, ...]
    before: int | None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class ViewCount:
    """How many orders a view has; `more` says that there are more than 10,000, which then is the number."""

    rows: int
    more: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an order's timeline."""

    id: int
    at: datetime
    before: Code | None
    after: Code
    actor: str
    comment: str


def list_orders(
    viewer: Viewer,
    *,
    wanted: OrderFilter,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> OrderPage:
    """Give one page of the orders that a viewer sees, at most `limit` (200); at most three statements.

    `before` is the id of the last row of the page before, `after` that of the first row of the page behind.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    codes = _codes(wanted)
    is_back = after is not None and before is None
    rows, frequent = _matching(viewer, wanted)
    if frequent is not None:
        newest = _newest_of(viewer, frequent, wanted, size + 1, before=before, after=after)
        rows = rows.filter(pk__in=[*newest, *frequent.by_number])
    if before is not None:
        rows = rows.filter(pk__lt=before)
    elif after is not None:
        rows = rows.filter(pk__gt=after)
    found = _read(rows, codes, wanted, size=size + 1, is_back=is_back)
    page = found[:size][::-1] if is_back else found[:size]
    more_old = is_back or len(found) > size
    more_new = before is not None or (is_back and len(found) > size)
    return OrderPage(
        rows=_rows(viewer, page),
        before=page[-1].id if page and more_old else None,
        after=page[0].id if page and more_new else None,
    )


def tab_counts(viewer: Viewer, *, side: Side) -> Mapping[Shown | None, ViewCount]:
    """Count the orders of one side by what people are told, exact to 10,000; None counts all. One statement."""
    scope = None if side is Side.BOTH else subscription_scope(viewer, side=side)
    seen = access.where(viewer, "sales_order", alias="o", scope=scope)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {**seen.params, "most": COUNT_MAX + 1}
        cursor.execute(_COUNTS.format(scope=seen.text), values)
        by_code = {Code(code): number for code, number in cursor.fetchall()}
    views: dict[Shown | None, int] = {
        shown: sum(by_code[code] for code in Code if SHOWN[code] is shown) for shown in Shown
    }
    views[None] = sum(by_code.values())
    return {view: ViewCount(min(n, COUNT_MAX), n > COUNT_MAX) for view, n in views.items()}


def is_order_number(text: str) -> bool:
    """Tell whether a text looks like the number or the id of an order: `SO000012`, `ORD-7`, 12."""
    word = text.strip().upper()
    for letters in (*PREFIX.values(), f"{IdKind.ORDER.value}-", ""):
        digits = word.removeprefix(letters)
        if word.startswith(letters) and digits.isascii() and digits.isdigit():
            return True
    return False


def order_of(viewer: Viewer, *, order_id: int) -> OrderRow:
    """Give one order. Raises: NoSuchObject for a foreign one as for one that does not exist."""
    return _rows(viewer, [access.one(viewer, Order, pk=order_id, kind=IdKind.ORDER)])[0]


def timeline(viewer: Viewer, *, order_id: int) -> tuple[Step, ...]:
    """Give the steps of an order from its placing on. Raises: NoSuchObject."""
    access.one(viewer, Order, pk=order_id, kind=IdKind.ORDER)
    return tuple(
        Step(
            id=row.id,
            at=row.at,
            before=Code(row.from_code) if row.from_code else None,
            after=Code(row.to_code),
            actor=row.actor_name,
            comment=row.comment,
        )
        for row in OrderEvent.objects.filter(order_id=order_id).order_by("id")[:LIMIT_MAX]
    )


def _codes(wanted: OrderFilter) -> tuple[Code, ...]:
    return tuple(
        code
        for code in Code
        if wanted.shown in (None, SHOWN[code])
        and wanted.code in (None, code)
        and not (wanted.is_open and SHOWN[code] in (Shown.COMPLETED, Shown.CANCELLED))
    )


def _matching(viewer: Viewer, wanted: OrderFilter) -> tuple[QuerySet[Order], Frequent | None]:
    """Select what a list has without regard to its codes; with what is known of a frequent text."""
    scope = None if wanted.side is Side.BOTH else subscription_scope(viewer, side=wanted.side)
    rows = access.visible(viewer, Order, scope=scope)
    if wanted.customer_id is not None:
        rows = rows.filter(customer_id=wanted.customer_id)
    if wanted.kind is not None:
        rows = rows.filter(kind=wanted.kind)
    if wanted.buyer is BuyerType.OWN:
        rows = rows.filter(customer_id=viewer.account_id)
    elif wanted.buyer is not None:
        rows = rows.filter(is_own=wanted.buyer is BuyerType.RESELLER)
    text = wanted.text.replace("\0", "").strip()[:TEXT_LENGTH_MAX]
    if not text:
        return rows, None
    return _with_text(viewer, access.visible(viewer, Order, scope=scope), rows, text)


def _with_text(
    viewer: Viewer, seen: QuerySet[Order], rows: QuerySet[Order], text: str
) -> tuple[QuerySet[Order], Frequent | None]:
    *numbers, last = _match(text)
    # Asked one after the other, each has an index of its own.
    by_number: list[int] = []
    for condition in numbers:
        by_number += seen.filter(condition).values_list("pk", flat=True)[: FOUND_MAX + 1]
    found = set(seen.filter(last).values_list("pk", flat=True)[: FOUND_MAX + 1])
    if len(found) <= FOUND_MAX:
        return rows.filter(pk__in=sorted(found.union(by_number))), None
    whole = last
    for condition in numbers:
        whole |= condition
    customers = customers_named(viewer, text)
    return rows.filter(whole), None if customers is None else Frequent(customers, by_number)


def _newest_of(
    viewer: Viewer,
    frequent: Frequent,
    wanted: OrderFilter,
    size: int,
    *,
    before: int | None,
    after: int | None,
) -> list[int]:
    """Find the next orders of some customers, of the codes and the kind that are wanted."""
    only = {wanted.customer_id, viewer.account_id if wanted.buyer is BuyerType.OWN else None}
    one = only - {None}
    is_own = None
    if wanted.buyer in (BuyerType.RESELLER, BuyerType.CUSTOMER):
        is_own = wanted.buyer is BuyerType.RESELLER
    return newest_of(
        viewer,
        customers=[number for number in frequent.customers if not one or {number} == one],
        codes=[code.value for code in _codes(wanted)],
        kind=None if wanted.kind is None else wanted.kind.value,
        is_own=is_own,
        scope=None if wanted.side is Side.BOTH else subscription_scope(viewer, side=wanted.side),
        before=before,
        after=after,
        size=size,
    )


def _match(text: str) -> list[Q]:
    """Tell what a text may be: an id, a number with or without its letters, the beginning of a name."""
    digits = text.upper().removeprefix(f"{IdKind.ORDER.value}-")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    if number is not None and 0 < number <= NUMBER_MAX:
        if digits != text.upper():
            return [Q(pk=number)]
        numbers = [number_text(kind, number) for kind in OrderKind]
        return [Q(pk=number) | Q(number_text__in=numbers), Q(customer_name__istartswith=text)]
    letters = tuple(PREFIX.values())
    if text.upper().startswith(letters) and text[-1].isdigit():
        return [Q(number_text=text.upper()), Q(customer_name__istartswith=text)]
    return [Q(customer_name__istartswith=text)]


def _read(
    rows: QuerySet[Order],
    codes: Sequence[Code],
    wanted: OrderFilter,
    *,
    size: int,
    is_back: bool,
) -> list[Order]:
    """Read the next rows of some codes in the order of their ids."""
    order = "id" if is_back else "-id"
    if wanted.side is Side.BOUGHT:
        # One account's orders are few, and their index knows no codes.
        return list(rows.filter(code__in=codes).order_by(order)[:size])
    if len(codes) == len(Code) and wanted.buyer is not BuyerType.RESELLER:
        return list(rows.order_by(order)[:size])
    parts = [rows.filter(code=code).order_by(order)[:size] for code in codes]
    if not parts:
        return []
    if len(parts) == 1:
        return list(parts[0])
    return list(parts[0].union(*parts[1:], all=True).order_by(order)[:size])


def _rows(viewer: Viewer, rows: Sequence[Order]) -> tuple[OrderRow, ...]:
    sellers = {row.seller_id for row in rows}
    names = dict(Account.objects.filter(pk__in=sellers).values_list("id", "name"))
    return tuple(_row(viewer, row, names[row.seller_id]) for row in rows)


def _row(viewer: Viewer, row: Order, seller_name: str) -> OrderRow:
    is_party = viewer.account_id in (row.seller_id, row.customer_id)
    sees = viewer.can(Capability.VIEW_PRICES) and (
        is_party or viewer.can(Capability.VIEW_DOWNSTREAM_PRICES)
    )
    code = Code(row.code)
    kept = amounts_of(row.amounts) if viewer.can(Capability.VIEW_PRICES) else None
    shown = kept.last.price if kept else Bill(row.first_amount, row.period_amount)
    return OrderRow(
        id=row.id,
        number=row.number_text,
        kind=row.kind,
        code=code,
        shown=SHOWN[code],
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        seller_id=row.seller_id,
        seller_name=seller_name,
        is_own=row.is_own,
        plan_name=row.plan_name,
        subscription_id=row.subscription_id,
        operation_id=row.operation_id,
        currency=row.currency,
        first_amount=shown.first if sees else None,
        period_amount=shown.period if sees else None,
        trial_days=row.trial_days,
        parameters=row.parameters,
        changes=units_of(row.changes),
        term=next_term_of(row.changes),
        ending=ending_of(row.changes),
        own=None if kept is None else kept.of_seller(viewer.account_id),
        is_kept=row.amounts is not None,
        asked_amount=row.first_amount if sees else None,
        purchase_order=row.purchase_order,
        # What the vendor says is for those who can repair it.
        error="" if viewer.panel is Panel.CUSTOMER else row.error,
        placed_at=row.placed_at,
        placed_by=row.placed_by,
        closed_at=row.closed_at,
        possible=allowed(code),
    )
