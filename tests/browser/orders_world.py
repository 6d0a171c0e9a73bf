"""Orders in every state that their pages draw differently, in the small demo world."""

from datetime import datetime

from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.commands.workflows import WorkflowValues, save_workflow
from entrepot.domain.ordering.kinds import AtTimeout, Audience
from entrepot.domain.ordering.models import ApprovalWorkflow, Order
from entrepot.domain.parties.models import Account, Membership
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.resale.models import BillingAccount, Chain
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from tests.support.people import SETUP


def orders_of(
    customer: Account, reseller: Account, *, now: datetime
) -> tuple[int, int, int, int, int]:
    """Place orders: one fails at its vendor, one waits for payment, a reseller's own fails, one waits for approval.

    The last number is that of the workflow which wants the approval.
    """
    # Those of the demo would ask for approval of the orders that shall go on.
    ApprovalWorkflow.objects.update(is_active=False)
    item = SubscriptionItem.objects.filter(
        subscription__customer_id=customer.id, is_measured=False, quantity__gte=1
    ).select_related("subscription__plan__service")[0]
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=item.subscription.plan.service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=now,
    )
    failed = _order(customer.id, item, "failed", now)
    own = _order(reseller.id, item, "own", now)
    for number in (failed, own):
        operation = Order.objects.get(pk=number).operation_id or 0
        mark_failed(operation_id=operation, comment="no such domain", actor=SETUP, now=now)
    BillingAccount.objects.filter(buyer=customer).update(credit_limit=1)
    waiting = _order(customer.id, item, "waiting", now)
    workflow = _workflow(reseller.id, now)
    return failed, waiting, own, _order(customer.id, item, "approval", now), workflow


def _workflow(seller_id: int, now: datetime) -> int:
    person = Membership.objects.filter(account_id=seller_id, role="administrator")[0].user_id
    values = WorkflowValues(
        name="Every order",
        audience=Audience.ALL,
        steps=[[person]],
        timeout_hours=24,
        at_timeout=AtTimeout.REJECT,
    )
    return save_workflow(seller_id=seller_id, values=values, actor=SETUP, now=now)


def _order(account_id: int, item: SubscriptionItem, key: str, now: datetime) -> int:
    chain = Chain.objects.filter(customer_id=account_id).order_by("id")[0].id
    line = Line(
        item.subscription.plan_period_id, {item.resource_id: item.quantity}, {"domain": "a.invalid"}
    )
    cart = Cart(account_id, [line], chain_id=chain)
    amount = estimate_order(cart, now=now).total.first
    return place_order(cart, request_key=key, confirmed=amount, actor=SETUP, now=now)[0]
