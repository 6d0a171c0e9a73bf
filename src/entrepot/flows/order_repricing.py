"""Price orders again when they are done on another day than the one for which they were priced.

Source: section 3.3 of the domain reference (proration). What was confirmed stays with the order; what it keeps of all
sales is what the next run bills. Most orders are done on their own day and cost nothing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from entrepot.domain.ordering.amounts import OrderAmounts, amounts_of
from entrepot.domain.ordering.models import Order
from entrepot.domain.resale.models import ChainLink
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.daily_billing import business_date
from entrepot.flows.effects.ahead import Ahead, look_ahead, taken_back
from entrepot.flows.effects.figures import Sale, effect
from entrepot.flows.order_amounts import SeenSale, amounts_seen
from entrepot.flows.order_changes import change_day, deliver_change
from entrepot.flows.order_prices import ordered_quantities, priced
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.errors import DomainError


def price_again(orders: Sequence[Order], *, day: date) -> None:
    """Keep what new subscriptions take from the day on which they start; while a price is missing nothing changes."""
    for order in orders:
        known = amounts_of(order.amounts)
        if known is None or known.on_day == day:
            continue
        wide = Subscription.objects.get(pk=order.subscription_id)
        found = priced(
            wide=wide,
            ordered=ordered_quantities(wide),
            links=_links(wide.chain_id),
            on_day=day,
        )
        if found.amounts is not None:
            keep(order, found.amounts)


def change_amounts(order: Order, *, day: date, actor: Actor, now: datetime) -> OrderAmounts | None:
    """Give what changed units take from the day on which they are there; None where that is known or cannot be told.

    Call it before they are there. Nothing is written, and what the change is refused for is its own to say.
    """
    known = amounts_of(order.amounts)
    if known is None or known.on_day == day:
        return None
    wide = Subscription.objects.get(pk=order.subscription_id)
    target, run_day = change_day(order, day=day, now=now), business_date() or day
    coming = _Coming(wide.pk, target, run_day, now)
    try:
        with taken_back(subscription_id=wide.pk, run_day=run_day, now=now):
            with transaction.atomic():
                before = coming.look()
                transaction.set_rollback(True)
            deliver_change(order, day=day, actor=actor, now=now)
            after = coming.look()
    except DomainError:
        return None
    links = _links(wide.chain_id)
    currencies = {link.tier: link.billing_account.currency for link in links}
    sales = [
        SeenSale(
            link.seller_id,
            effect(
                sale=_sale(link.tier, currencies),
                before=before,
                after=after,
                target=target,
                run_day=run_day,
                stands_still=False,
            ),
        )
        for link in links
    ]
    return amounts_seen(sales, on_day=day)


def keep(order: Order, amounts: OrderAmounts) -> None:
    """Store what an order takes now; the caller holds it."""
    order.amounts = amounts.stored
    Order.objects.filter(pk=order.pk).update(amounts=amounts.stored)


@dataclass(frozen=True, slots=True)
class _Coming:
    """What the next runs bill of one subscription."""

    subscription_id: int
    target: date
    run_day: date
    now: datetime

    def look(self) -> Ahead:
        return look_ahead(
            subscription_id=self.subscription_id,
            target=self.target,
            run_day=self.run_day,
            now=self.now,
        )


def _sale(tier: int, currencies: dict[int, str]) -> Sale:
    """Look at a tier as its seller does: what it pays is the sale above, if that is in the same currency."""
    above = tier - 1
    return Sale(
        tier, currencies[tier], True, above if currencies.get(above) == currencies[tier] else None
    )


def _links(chain_id: int) -> list[ChainLink]:
    links = ChainLink.objects.filter(chain_id=chain_id).select_related("billing_account")
    return list(links.order_by("tier"))
