"""Order other units of a running subscription: a change order, one at a time per subscription."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.ordering.commands.moves import note_placed
from entrepot.domain.ordering.commands.paying import ask_for_payment
from entrepot.domain.ordering.commands.place import take_numbers
from entrepot.domain.ordering.errors import OrderNotPossible
from entrepot.domain.ordering.kinds import OrderKind, number_text
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.ordering.units import Units
from entrepot.domain.resale.models import ChainLink
from entrepot.domain.subscriptions.models import Subscription
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import IdKind


def place_change(
    *,
    subscription_id: int,
    units: Units,
    first_amount: Decimal,
    period_amount: Decimal,
    actor: Actor,
    now: datetime,
) -> int:
    """Place the order of other units; return its id. The caller holds the subscription's billing state.

    `first_amount` is what the change was seen to cost at once (not below zero), `period_amount` what each further
    period takes. What is billed follows the day on which it is done.
    Raises: OrderNotPossible `order_under_way`.
    """
    with transaction.atomic():
        require_none_open(subscription_id=subscription_id)
        wide = Subscription.objects.get(pk=subscription_id)
        last = ChainLink.objects.filter(chain_id=wide.chain_id).order_by("-tier").first()
        assert last is not None
        number = take_numbers(wide.seller_id, OrderKind.CHANGE, 1)
        text = number_text(OrderKind.CHANGE, number)
        order = Order.objects.create(
            tenant_id=wide.tenant_id,
            request_key=f"{wide.seller_id}-{text}",
            place=0,
            kind=OrderKind.CHANGE,
            number=number,
            number_text=text,
            code=Code.OPENED,
            customer_id=wide.customer_id,
            customer_path=wide.customer_path,
            customer_name=wide.customer_name,
            seller_id=wide.seller_id,
            billing_account_id=last.billing_account_id,
            plan_name=wide.plan_name,
            subscription_id=subscription_id,
            is_own=wide.is_own,
            currency=wide.currency,
            first_amount=max(first_amount, Decimal(0)),
            period_amount=max(period_amount, Decimal(0)),
            changes=units.stored,
            purchase_order=wide.purchase_order,
            placed_at=now,
            placed_by=actor.name[:150],
        )
        note_placed([order], actor=actor, now=now)
        ask_for_payment([order], actor=actor, now=now)
    return order.pk


def require_none_open(*, subscription_id: int) -> None:
    """Refuse while an order of the subscription, or of what shall follow it, is under way.

    Raises: OrderNotPossible `order_under_way`.
    """
    followers = Subscription.objects.filter(follows_id=subscription_id).values_list("pk", flat=True)
    concerned = [subscription_id, *followers]
    known = Order.objects.filter(subscription_id__in=concerned, closed_at=None).first()
    if known is not None:
        raise OrderNotPossible(
            "order_under_way",
            "{order} changes {object} at this moment.",
            object=f"{IdKind.SUBSCRIPTION.value}-{subscription_id}",
            order=known.number_text,
            next_step="Wait until that order is done, or cancel it.",
        )
