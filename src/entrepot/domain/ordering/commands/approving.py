"""Let orders wait for the approval of their seller's people, and take their decisions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from entrepot.domain.ordering.approvals import deciders
from entrepot.domain.ordering.commands.moves import checked_comment, locked, move_all
from entrepot.domain.ordering.errors import OrderNotPossible
from entrepot.domain.ordering.kinds import ApprovalState, AtTimeout, Audience, OrderKind
from entrepot.domain.ordering.lifecycle import Trigger
from entrepot.domain.ordering.models import Order, OrderApproval
from entrepot.domain.resale.models import BillingAccount
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.ordering"
BUYER_HOURS = 7 * 24
"""How long a buyer's people have to decide about what was ordered on their behalf; then it is rejected."""


@dataclass(frozen=True, slots=True)
class _Workflow:
    id: int
    name: str
    audience: Audience
    above_amount: Decimal | None
    currency: str
    steps: Sequence[Sequence[int]]
    timeout_hours: int
    at_timeout: AtTimeout

    def is_for(self, order: Order) -> bool:
        # Its action is placing orders that bind for a term: changes of what is there were approved with it, and
        # nobody is kept from cancelling (docs/decisions/0016).
        if order.kind not in (OrderKind.SALES, OrderKind.RENEWAL):
            return False
        wanted = Audience.RESELLERS if order.is_own else Audience.CUSTOMERS
        if self.audience not in (Audience.ALL, wanted):
            return False
        # What cannot be compared is not below the amount.
        is_comparable = self.above_amount is not None and order.currency == self.currency
        return not is_comparable or order.first_amount > (self.above_amount or 0)


def ask_for_approval(orders: Sequence[Order], *, actor: Actor, now: datetime) -> list[Order]:
    """Let the opened orders of one seller wait that one of its workflows is for; return the others.

    The narrowest workflow counts: the one with the highest amount. What somebody else orders on the buyer's behalf
    above the amount of its terms waits for the buyer's own people first.
    """
    buyer_id = _buyer_to_ask(orders, actor)
    flows = _workflows(orders[0].seller_id)
    found = {
        order.id: next((flow for flow in flows if flow.is_for(order)), None) for order in orders
    }
    waiting = [order for order in orders if buyer_id or found[order.id] is not None]
    OrderApproval.objects.bulk_create(
        _approval(order, found[order.id], buyer_id=buyer_id, now=now) for order in waiting
    )
    move_all(waiting, Trigger.ASK_APPROVAL, actor=actor, now=now)
    return [order for order in orders if not buyer_id and found[order.id] is None]


def approve_order(*, order_id: int, comment: str, actor: Actor, now: datetime) -> Order | None:
    """Say yes at the step that an order waits at; return it when it was the last one and the order is open again.

    Raises: NoSuchObject; OrderInput; OrderNotPossible `order_step_impossible`, `approval_of_others`.
    """
    said = checked_comment(comment, is_needed=False)
    with transaction.atomic():
        order = locked(order_id)
        approval = _waiting(order)
        _require_approver(order, approval, actor)
        if approval.step + 1 < len(approval.steps):
            approval.step += 1
            approval.due_at = now + timedelta(hours=approval.timeout_hours)
            approval.save(update_fields=["step", "due_at"])
            move_all([order], Trigger.ENDORSE, actor=actor, now=now, comment=said)
            return None
        _settle(approval, ApprovalState.APPROVED)
        move_all([order], Trigger.APPROVE, actor=actor, now=now, comment=said)
    return order


def reject_order(*, order_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Say no, and why: the order is cancelled. Raises: as `approve_order`; OrderInput `order_comment_missing`."""
    said = checked_comment(comment)
    with transaction.atomic():
        order = locked(order_id)
        approval = _waiting(order)
        _require_approver(order, approval, actor)
        _settle(approval, ApprovalState.REJECTED)
        move_all([order], Trigger.REJECT, actor=actor, now=now, comment=said)


def time_out(
    *, order_id: int, actor: Actor, now: datetime, refusal: str = ""
) -> tuple[Order, AtTimeout] | None:
    """Do what was chosen for an order that nobody has decided about in time; None while there is time left.

    An approval by time-out is one of all steps that are left. With a `refusal`, why it cannot go on, it is rejected.
    """
    with transaction.atomic():
        order = locked(order_id)
        approval = OrderApproval.objects.select_for_update().filter(pk=order_id).first()
        if approval is None or approval.state is not ApprovalState.WAITING or now < approval.due_at:
            return None
        # Nobody says yes for the buyer.
        is_no = bool(refusal) or approval.waits_for_buyer
        what = AtTimeout.REJECT if is_no else approval.at_timeout
        is_approved = what is AtTimeout.APPROVE
        _settle(approval, ApprovalState.APPROVED if is_approved else ApprovalState.REJECTED)
        trigger = Trigger.APPROVE if is_approved else Trigger.REJECT
        move_all([order], trigger, actor=actor, now=now, comment=refusal)
    return order, what


def close_approval(*, order_id: int) -> None:
    """Note that an order that waits for approval was cancelled otherwise."""
    waiting = OrderApproval.objects.filter(pk=order_id, state=ApprovalState.WAITING)
    waiting.update(state=ApprovalState.CLOSED)


def _buyer_to_ask(orders: Sequence[Order], actor: Actor) -> int | None:
    """Return the buyer whose people are asked, None for nobody; orders of one cart count together."""
    buyer_id = orders[0].customer_id
    if actor.on_behalf_of_id != buyer_id:
        return None
    rows = BillingAccount.objects.filter(pk=orders[0].billing_account_id)
    limit = rows.values_list("ask_above", flat=True).first()
    if limit is None:
        return None
    # What a change takes each period is mostly paid already.
    asked = sum(
        order.first_amount
        if order.changes is not None
        else max(order.first_amount, order.period_amount)
        for order in orders
    )
    return buyer_id if asked > limit else None


def _approval(
    order: Order, flow: _Workflow | None, *, buyer_id: int | None, now: datetime
) -> OrderApproval:
    hours = BUYER_HOURS if flow is None else flow.timeout_hours
    return OrderApproval(
        order_id=order.id,
        tenant_id=order.tenant_id,
        seller_id=order.seller_id,
        buyer_id=buyer_id,
        workflow_id=0 if flow is None else flow.id,
        workflow_name="" if flow is None else flow.name,
        steps=[*([[]] if buyer_id else []), *([] if flow is None else flow.steps)],
        timeout_hours=hours,
        at_timeout=AtTimeout.REJECT if flow is None else flow.at_timeout,
        due_at=now + timedelta(hours=BUYER_HOURS if buyer_id else hours),
    )


def _workflows(seller_id: int) -> list[_Workflow]:
    rows = prepared_rows(statement(_PACKAGE, "workflows_of"), seller_id=seller_id)
    return [_workflow(*row) for row in rows]


def _workflow(*row: Any) -> _Workflow:
    number, name, audience, above, currency, steps, hours, at_timeout = row
    return _Workflow(
        number,
        name,
        Audience(audience),
        above,
        currency,
        json.loads(steps),
        hours,
        AtTimeout(at_timeout),
    )


def _waiting(order: Order) -> OrderApproval:
    approval = OrderApproval.objects.select_for_update().filter(pk=order.id).first()
    if approval is None or approval.state is not ApprovalState.WAITING:
        raise OrderNotPossible(
            "order_step_impossible",
            "{object} has the status {status}, which does not allow this.",
            object=order.number_text,
            next_step="Look at it again: somebody or the vendor was faster.",
            status=str(order.code),
        )
    return approval


def _require_approver(order: Order, approval: OrderApproval, actor: Actor) -> None:
    # Nobody decides on behalf of others, so least of all about what they have ordered themselves.
    is_in_person = actor.on_behalf_of_id is None
    if not is_in_person or actor.user_id not in deciders(approval):
        raise OrderNotPossible(
            "approval_of_others",
            "{object} waits for the approval of other people.",
            object=order.number_text,
            next_step="Ask one of those whom the order names.",
        )


def _settle(approval: OrderApproval, state: ApprovalState) -> None:
    approval.state = state
    approval.save(update_fields=["state"])
