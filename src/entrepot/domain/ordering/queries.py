"""What people see of orders: lists and one order with its timeline."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import SHOWN, Code, Shown, Trigger, allowed
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.parties import access
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side, subscription_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.ids import IdKind

LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. Amounts are None for who may not see the price of this sale (decision 11)."""

    id: int
    number: str
    kind: OrderKind
    code: Code
    shown: Shown
    customer_id: int
    customer_name: str
    seller_id: int
    is_own: bool
    plan_name: str
    subscription_id: int
    currency: str
    first_amount: Decimal | None
    period_amount: Decimal | None
    purchase_order: str
    error: str
    placed_at: datetime
    placed_by: str
    closed_at: datetime | None
    possible: frozenset[Trigger]


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list shows: a side, states as people are told them, and a number, id or beginning of a customer's name."""

    side: Side = Side.BOTH
    shown: Shown | None = None
    text: str = ""
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of orders, the newest first; `before` continues the list, None on its last page."""

    rows: tuple[OrderRow, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an order's timeline."""

    at: datetime
    before: Code | None
    after: Code
    actor: str
    comment: str


def list_orders(
    viewer: Viewer, *, wanted: OrderFilter, limit: int, before: int | None = None
) -> OrderPage:
    """Give one page of the orders that a viewer sees, at most `limit` (200); one statement."""
    size = min(max(limit, 1), LIMIT_MAX)
    scope = None if wanted.side is Side.BOTH else subscription_scope(viewer, side=wanted.side)
    rows = access.visible(viewer, Order, scope=scope)
    if wanted.shown is not None:
        rows = rows.filter(code__in=[c.value for c in Code if SHOWN[c] is wanted.shown])
    if wanted.customer_id is not None:
        rows = rows.filter(customer_id=wanted.customer_id)
    if wanted.text.strip():
        rows = rows.filter(_match(wanted.text.strip()))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-id")[: size + 1])
    page = found[:size]
    return OrderPage(
        rows=tuple(_row(viewer, row) for row in page),
        before=page[-1].id if len(found) > size else None,
    )


def order_of(viewer: Viewer, *, order_id: int) -> OrderRow:
    """Give one order. Raises: NoSuchObject for a foreign one as for one that does not exist."""
    return _row(viewer, access.one(viewer, Order, pk=order_id, kind=IdKind.ORDER))


def timeline(viewer: Viewer, *, order_id: int) -> tuple[Step, ...]:
    """Give the steps of an order from its placing on. Raises: NoSuchObject."""
    access.one(viewer, Order, pk=order_id, kind=IdKind.ORDER)
    return tuple(
        Step(
            at=row.at,
            before=Code(row.from_code) if row.from_code else None,
            after=Code(row.to_code),
            actor=row.actor_name,
            comment=row.comment,
        )
        for row in OrderEvent.objects.filter(order_id=order_id).order_by("id")[:LIMIT_MAX]
    )


def _match(text: str) -> Q:
    match = Q(number_text=text.upper()) | Q(customer_name__istartswith=text.replace("\x00", ""))
    digits = text.upper().removeprefix(f"{IdKind.ORDER.value}-")
    if digits.isascii() and digits.isdigit() and len(digits) < 19:
        match |= Q(pk=int(digits))
    return match


def _row(viewer: Viewer, row: Order) -> OrderRow:
    is_party = viewer.account_id in (row.seller_id, row.customer_id)
    sees = viewer.can(Capability.VIEW_PRICES) and (
        is_party or viewer.can(Capability.VIEW_DOWNSTREAM_PRICES)
    )
    code = Code(row.code)
    return OrderRow(
        id=row.id,
        number=row.number_text,
        kind=row.kind,
        code=code,
        shown=SHOWN[code],
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        seller_id=row.seller_id,
        is_own=row.is_own,
        plan_name=row.plan_name,
        subscription_id=row.subscription_id,
        currency=row.currency,
        first_amount=row.first_amount if sees else None,
        period_amount=row.period_amount if sees else None,
        purchase_order=row.purchase_order,
        error=row.error,
        placed_at=row.placed_at,
        placed_by=row.placed_by,
        closed_at=row.closed_at,
        possible=allowed(code),
    )
