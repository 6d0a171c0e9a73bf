"""What a plan costs in the marketplace while its seller gives something off to everybody who may buy it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.resale.buyers import Buyer
from entrepot.domain.resale.offers import Offer, OfferPrice
from entrepot.domain.subscriptions.promotions import Promoted, promotions_of_plans

_PPM = 1_000_000
_NOTHING = (0, 0)


@dataclass(frozen=True, slots=True)
class Promised:
    """A plan with its promotion: `after` has the reduced prices, `name` is empty where only the cost is reduced."""

    name: str
    before: Offer
    after: Offer


def promised(*, buyer: Buyer, offers: Iterable[Offer], on_day: date) -> Mapping[int, Promised]:
    """Give the plans that are cheaper on a day without a code, by their ids; one statement, none without a chain.

    What the viewer sells or buys is reduced by the promotion of that sale, its cost by the one of the sale above.
    """
    plans = {offer.id: offer for offer in offers}
    market = buyer.market
    if market is None or not plans:
        return {}
    found = promotions_of_plans(
        chain_id=market.chain_id,
        customer_id=buyer.account_id or 0,
        plan_ids=sorted(plans),
        on_day=on_day,
    )
    result = {}
    for number, tiers in found.items():
        given, upstream = tiers.get(market.tier), tiers.get(market.tier - 1)
        if (given and market.sees_price) or (upstream and market.sees_cost):
            name = given.name if given and market.sees_price else ""
            before = plans[number]
            result[number] = Promised(
                name, before, _reduced(before, _rates(given), _rates(upstream))
            )
    return result


def reduced(offer: Offer, *, recurring_ppm: int, setup_ppm: int) -> Offer:
    """Give a plan with its prices less parts per million; costs, and prices of overuse, stay."""
    return _reduced(offer, (recurring_ppm, setup_ppm), _NOTHING)


def _reduced(offer: Offer, sold: tuple[int, int], bought: tuple[int, int]) -> Offer:
    periods = tuple(
        replace(
            period,
            prices={
                key: _price(price, _share(sold, key[1]), _share(bought, key[1]))
                for key, price in period.prices.items()
            },
        )
        for period in offer.periods
    )
    return replace(offer, periods=periods)


def _rates(one: Promoted | None) -> tuple[int, int]:
    return _NOTHING if one is None else (one.recurring_ppm, one.setup_ppm)


def _share(rates: tuple[int, int], kind: PriceKind) -> Decimal:
    """Say which share of a price of a kind remains; overuse and renewal fees are not reduced."""
    recurring, setup = rates
    if kind in {PriceKind.OVERUSE, PriceKind.RENEWAL}:
        return Decimal(1)
    return Decimal(_PPM - (setup if kind is PriceKind.SETUP else recurring)) / _PPM


def _price(price: OfferPrice, sold: Decimal, bought: Decimal) -> OfferPrice:
    return replace(
        price,
        price=None if price.price is None else price.price * sold,
        cost=None if price.cost is None else price.cost * bought,
        higher=tuple(_price(one, sold, bought) for one in price.higher),
    )
