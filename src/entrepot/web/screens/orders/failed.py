"""What home pages say of orders: those that failed at their vendor, and how many wait for the reader's approval."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from entrepot.domain.ordering.acts import Act, by_right
from entrepot.domain.ordering.approvals import WAITING_MAX, waiting_for
from entrepot.domain.ordering.lifecycle import Code, Shown
from entrepot.domain.ordering.queries import OrderFilter, OrderRow, list_orders
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.details import parked_among
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.orders import words
from entrepot.web.screens.orders.page import button_label
from entrepot.web.ui.parts import Column

FAILED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class FailedRow:
    """One failed order; `act_url` is empty where this person cannot repair it."""

    url: str
    number: str
    customer: str
    plan: str
    why: str
    since: str
    act: str
    act_url: str


def approvals(viewer: Viewer) -> dict[str, Any]:
    """Give what waits for the reader's own decision, with the list of it; one statement, none without the right."""
    if not viewer.can(Capability.MANAGE_ORDERS):
        return {"approvals": []}
    return {
        "approvals": _approvals(len(waiting_for(viewer))),
        "approvals_url": links.address(viewer, "orders", tab=Shown.SUBMITTED.value),
    }


def failed_orders(viewer: Viewer, *, side: Side) -> dict[str, Any]:
    """Give the newest failed orders of one side, and what waits for the reader; at most four statements."""
    if not viewer.can(Capability.VIEW_ORDERS):
        return {"failed": [], "failed_words": []}
    mine = _approvals(len(waiting_for(viewer)))
    page = list_orders(viewer, wanted=OrderFilter(side=side, shown=Shown.ERROR), limit=FAILED_SHOWN)
    numbers = [row.operation_id for row in page.rows if row.operation_id is not None]
    parked = parked_among(viewer, operation_ids=numbers)
    return {
        "failed": [_row(viewer, row, is_parked=row.operation_id in parked) for row in page.rows],
        "failed_url": links.address(viewer, "orders", tab=Shown.ERROR.value),
        "failed_more": page.before is not None,
        "failed_words": [*mine, *_words(len(page.rows), is_more=page.before is not None)],
        "approvals": mine,
        "approvals_url": links.address(viewer, "orders", status=Code.WAITING_FOR_APPROVAL.value),
        "failed_columns": [
            Column(gettext("Customer"), 230),
            Column(gettext("Why")),
            Column(gettext("Next step"), 250, hidden_label=True),
        ],
    }


def _approvals(number: int) -> list[str]:
    """Say how many orders wait for the reader; nothing for none."""
    if not number:
        return []
    shown = f"{home_words.number(number)}{'+' if number == WAITING_MAX else ''}"
    text = ngettext(
        "%(n)s order waits for your approval", "%(n)s orders wait for your approval", number
    )
    return [text % {"n": shown}]


def _words(number: int, *, is_more: bool) -> list[str]:
    """Say how many there are as a part of what waits; nothing for none."""
    if not number:
        return []
    shown = f"{home_words.number(number)}{'+' if is_more else ''}"
    return [ngettext("%(n)s failed order", "%(n)s failed orders", number) % {"n": shown}]


def _row(viewer: Viewer, row: OrderRow, *, is_parked: bool) -> FailedRow:
    act = Act.RESUBMIT if is_parked else Act.CANCEL
    may = act in by_right(viewer, row)
    return FailedRow(
        url=links.order_url(viewer, row.id, is_bought=row.customer_id == viewer.account_id),
        number=row.number,
        customer=row.customer_name,
        plan=row.plan_name,
        why=row.error,
        since=words.stamp(row.placed_at),
        act=button_label(act),
        act_url=links.address(viewer, f"order-{act}", row.id) if may else "",
    )
