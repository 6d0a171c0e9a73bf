"""Operations for staff of provider and sellers, found by what they have at hand: orders, subscriptions, vendor ids."""

from dataclasses import dataclass, replace

from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.details import OperationFacts, operation_facts
from entrepot.domain.provisioning.listing import (
    FollowUpLine,
    OperationFilter,
    OperationPage,
    follow_ups,
    look_through,
)
from entrepot.domain.provisioning.queries import CallRow, calls_of
from entrepot.domain.subscriptions.models import Subscription
from entrepot.kernel.errors import BadInput
from entrepot.kernel.ids import IdKind, parse_id

_OPERATION_PREFIX = "OP-"
# As `orders.py` names what it asks for.
_ORDER = "order "
_NUMBER_LENGTH_MAX = 18


@dataclass(frozen=True, slots=True)
class OperationPageFacts:
    """Everything about one operation. `order_id` is set when an order wants it: then people act on the order."""

    facts: OperationFacts
    calls: tuple[CallRow, ...]
    customer_id: int | None
    customer_name: str
    plan_name: str
    order_id: int | None
    order_number: str
    follow_ups: tuple[FollowUpLine, ...]


def find_operations(
    viewer: Viewer,
    *,
    text: str,
    wanted: OperationFilter,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> OperationPage:
    """Return operations, newest first, that fit what somebody typed.

    `text` is an order (ORD-5 or its number), a subscription (SUB-5), an operation (OP-5), the vendor's or our name
    of a service, or the key of an operation; empty for all.
    """
    return look_through(
        viewer, wanted=_asked(viewer, text, wanted), limit=limit, before=before, after=after
    )


def operation_page(viewer: Viewer, *, operation_id: int) -> OperationPageFacts:
    """Return one operation with its calls and whose it is. Raises: NoSuchOperation."""
    facts = operation_facts(viewer, operation_id=operation_id)
    owner = (
        visible(viewer, Subscription)
        .filter(pk=facts.subscription_id)
        .values_list("customer_id", "customer_name", "plan_name")
        .first()
    )
    order_id = _order_of(facts.cause)
    number = (
        ""
        if order_id is None
        else visible(viewer, Order)
        .filter(pk=order_id)
        .values_list("number_text", flat=True)
        .first()
    )
    customer_id, customer, plan = owner or (None, "", "")
    return OperationPageFacts(
        facts=facts,
        calls=calls_of(viewer, operation_id=operation_id),
        customer_id=customer_id,
        customer_name=customer,
        plan_name=plan,
        order_id=order_id,
        order_number=str(number or ""),
        follow_ups=follow_ups(viewer, is_open=True, limit=20, operation_id=operation_id),
    )


def _asked(viewer: Viewer, text: str, wanted: OperationFilter) -> OperationFilter:
    if not text:
        return wanted
    number = text.upper().removeprefix(_OPERATION_PREFIX)
    if text.upper().startswith(_OPERATION_PREFIX) and number.isascii() and number.isdigit():
        return replace(wanted, operation_id=int(number[:_NUMBER_LENGTH_MAX]))
    try:
        found = parse_id(text)
    except BadInput:
        found = None
    if found is not None and found.kind is IdKind.SUBSCRIPTION:
        return replace(wanted, subscription_id=found.number)
    if found is not None and found.kind is IdKind.ORDER:
        return replace(wanted, cause=f"{_ORDER}{found.number}")
    order = visible(viewer, Order).filter(number_text=text).values_list("id", flat=True).first()
    if order is not None:
        return replace(wanted, cause=f"{_ORDER}{order}")
    return replace(wanted, reference=text)


def _order_of(cause: str) -> int | None:
    number = cause.removeprefix(_ORDER)
    return int(number) if cause.startswith(_ORDER) and number.isdigit() else None
