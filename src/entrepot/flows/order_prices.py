"""What an order of a new subscription takes on every sale of its chain, at the prices of a day.

The promotions that it took count, whatever others give on that day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import Resource
from entrepot.domain.ordering.amounts import OrderAmounts, SaleAmounts
from entrepot.domain.ordering.commands.estimating import bill_of_quotes
from entrepot.domain.ordering.rules import Bill
from entrepot.domain.resale.models import ChainLink, Promotion
from entrepot.domain.resale.quotes import QuotedPrice, quote_prices
from entrepot.domain.subscriptions.models import (
    PromotionTaken,
    Subscription,
    SubscriptionEvent,
)
from entrepot.kernel.money import exponent

_RUNNING = frozenset({PriceKind.RECURRING, PriceKind.OVERUSE, PriceKind.USAGE})


@dataclass(frozen=True, slots=True)
class Priced:
    """The prices of a day and what they make of an order; `amounts` is None while one of them is missing."""

    quoted: Sequence[QuotedPrice]
    amounts: OrderAmounts | None


def ordered_quantities(wide: Subscription) -> Mapping[int, Decimal]:
    """Read what was ordered, by resource, as the subscription's history keeps it: later changes are not its."""
    event = SubscriptionEvent.objects.filter(subscription_id=wide.id, kind="ordered").first()
    facts: Mapping[str, Any] = event.facts if event is not None else {}
    return {
        int(number): Decimal(quantity) for number, quantity in facts.get("quantities", {}).items()
    }


def taken_promotions(subscription_id: int) -> Mapping[int, Promotion]:
    """Give the promotions that an order took, by tier; two statements at most."""
    rows = PromotionTaken.objects.filter(subscription_id=subscription_id)
    numbers = dict(rows.values_list("tier", "promotion_id"))
    known = Promotion.objects.in_bulk(list(numbers.values())) if numbers else {}
    return {tier: known[number] for tier, number in numbers.items() if number in known}


def priced(
    *,
    wide: Subscription,
    ordered: Mapping[int, Decimal],
    links: Sequence[ChainLink],
    on_day: date,
    taken: Mapping[int, Promotion] | None = None,
) -> Priced:
    """Work out all sales of a subscription's chain (`links`, by tier) at the prices of a day."""
    quoted = quote_prices(
        chain_id=wide.chain_id,
        plan_period_id=wide.plan_period_id,
        tiers=len(links),
        on_day=on_day,
    )
    measured = set(
        Resource.objects.filter(pk__in=list(ordered), is_measured=True).values_list("pk", flat=True)
    )
    charged = {
        number: units for number, units in ordered.items() if units and number not in measured
    }
    promotions = taken_promotions(wide.id) if taken is None else taken
    sales = [_sale(link, quoted, charged, promotions) for link in links]
    if any(sale is None for sale in sales):
        return Priced(quoted, None)
    return Priced(quoted, OrderAmounts(on_day, [sale for sale in sales if sale is not None]))


def _sale(
    link: ChainLink,
    quoted: Sequence[QuotedPrice],
    charged: Mapping[int, Decimal],
    promotions: Mapping[int, Promotion],
) -> SaleAmounts | None:
    """Work out one sale; None while one of the items has no price on it."""
    tier, currency = link.tier, link.billing_account.currency
    known = [price for price in quoted if price.tier == tier and price.problem is None]
    if not set(charged) <= {price.resource_id for price in known if price.kind in _RUNNING}:
        return None

    def bill(promotion: Promotion | None, *, is_cost: bool) -> Bill:
        return bill_of_quotes(
            known, charged, is_cost=is_cost, exponent=exponent(currency), promoted=promotion
        )

    mine, above = promotions.get(tier), promotions.get(tier - 1)
    return SaleAmounts(
        tier=tier,
        seller_id=link.seller_id,
        currency=currency,
        price=bill(mine, is_cost=False),
        cost=bill(above, is_cost=True),
        listed=bill(None, is_cost=False) if mine else None,
        listed_cost=bill(None, is_cost=True) if above else None,
    )
