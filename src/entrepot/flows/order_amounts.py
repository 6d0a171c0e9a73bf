"""What an order about a running subscription takes on every sale of its chain: the effects that a person was shown.

The viewer's own effect is one of them, so that what was shown and what the order keeps cannot differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from entrepot.domain.ordering.amounts import OrderAmounts, SaleAmounts
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.resale.models import ChainLink
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.flows.effects import Effect, Figures


@dataclass(frozen=True, slots=True)
class SeenSale:
    """One sale of the chain with what an action changes on it."""

    seller_id: int
    effect: Effect


def effects_of_sales(
    *, facts: SubscriptionFacts, look: Callable[[SubscriptionFacts], Effect]
) -> tuple[SeenSale, ...]:
    """Look at an action as the seller of each sale would see it, by tier. Raises: as `look`."""
    chain = Subscription.objects.values_list("chain_id", flat=True).get(pk=facts.id)
    links = ChainLink.objects.filter(chain_id=chain).order_by("tier")
    return tuple(
        SeenSale(
            seller, look(replace(facts, money=replace(facts.money, tier=tier, is_seller=True)))
        )
        for tier, seller in links.values_list("tier", "seller_id")
    )


def own_effect(sales: Sequence[SeenSale], *, facts: SubscriptionFacts) -> Effect:
    """Pick the effect that the person of `facts` is shown; the customer's sale for who sees none."""
    wanted = facts.money.tier or len(sales)
    return next(one.effect for one in sales if one.effect.tier == wanted)


def shown_bill(effect: Effect, *, is_ahead: bool = False) -> Bill:
    """Give what an effect takes at once and per period; with `is_ahead` the first period is what is bought."""
    return Bill(_first(effect.now, effect, is_ahead).price, effect.after.price)


def amounts_seen(
    sales: Sequence[SeenSale], *, on_day: date, is_ahead: bool = False
) -> OrderAmounts | None:
    """Give what an order keeps of effects; None while billing puts the subscription aside, so that none is known."""
    if any(one.effect.problem for one in sales):
        return None
    return OrderAmounts(on_day, [_sale(one, is_ahead=is_ahead) for one in sales])


def ordered_units(*, subscription_id: int) -> dict[int, Decimal]:
    """Give the units of a subscription by resource, as they are now."""
    items = SubscriptionItem.objects.filter(subscription_id=subscription_id)
    return dict(items.order_by("position", "id").values_list("resource_id", "quantity"))


def _sale(one: SeenSale, *, is_ahead: bool) -> SaleAmounts:
    effect = one.effect
    first = _first(effect.now, effect, is_ahead)
    cost = None
    if first.cost is not None and effect.after.cost is not None:
        cost = Bill(first.cost, effect.after.cost)
    return SaleAmounts(
        tier=effect.tier,
        seller_id=one.seller_id,
        currency=effect.currency,
        price=Bill(first.price, effect.after.price),
        cost=cost,
    )


def _first(now: Figures, effect: Effect, is_ahead: bool) -> Figures:
    """Add the coming period with its fee to what is billed before it, where that period is what was ordered."""
    if not is_ahead:
        return now
    after, fee = effect.after, effect.fee
    cost = None
    if now.cost is not None and after.cost is not None:
        cost = now.cost + after.cost + (fee.cost or 0)
    return Figures(now.price + after.price + fee.price, cost)
