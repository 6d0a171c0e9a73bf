"""Work out what a cart would be billed on every tier: the prices of all lines are asked for at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.ordering.cart import Cart, Estimate, EstimatedLine, Line
from entrepot.domain.ordering.commands.checks import check_length
from entrepot.domain.ordering.errors import OrderNotPossible
from entrepot.domain.ordering.rules import Bill, PricedItem, bill_of
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.quotes import QuotedPrice, quote_periods
from entrepot.domain.subscriptions.promotions import Promoted, find_promotions
from entrepot.domain.subscriptions.sale import Sale, SoldPeriod, Tier, read_sale
from entrepot.kernel.ids import IdKind


def estimate(cart: Cart, *, on_day: date) -> Estimate:
    """Work out what a cart would be billed if it were ordered and delivered on a day.

    The number of statements does not depend on the number of lines.
    Raises: NoSuchObject; OrderInput `order_empty`, `order_too_long`; OrderNotPossible `order_price_missing`; as
    `find_promotions` for a code that counts for nothing.
    """
    check_length(cart.lines)
    return estimate_sale(cart, sale_of(cart), on_day=on_day)


def sale_of(cart: Cart, *, keep_buyer: bool = False) -> Sale:
    """Read the buyer, its chain and what is in the cart, and keep the buyer if told. Raises: NoSuchObject."""
    return read_sale(
        customer_id=cart.customer_id,
        plan_period_ids=[line.plan_period_id for line in cart.lines],
        chain_id=cart.chain_id,
        keep_buyer=keep_buyer,
    )


def estimate_sale(cart: Cart, sale: Sale, *, on_day: date) -> Estimate:
    """Work out what a cart would be billed, from what is known of its sale. Raises: as `estimate`."""
    # A buyer with several chains is estimated on its first one; adding the order says what is wrong.
    if not sale.tiers:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{cart.customer_id}")
    quotes = quote_periods(
        chain_id=sale.last.chain_id,
        plan_period_ids=list(sale.periods),
        tiers=len(sale.tiers),
        on_day=on_day,
    )
    promotions = find_promotions(sale=sale, code=cart.promotion_code, on_day=on_day)
    lines = tuple(
        _estimated(
            line,
            sale.periods[line.plan_period_id],
            sale.tiers,
            quotes[line.plan_period_id],
            promotions[sale.periods[line.plan_period_id].plan_id],
        )
        for line in cart.lines
    )
    last = len(sale.tiers)
    return Estimate(
        lines=lines,
        tiers=last,
        currency=sale.last.currency,
        total=Bill(
            first=sum((line.bills[last].first for line in lines), Decimal(0)),
            period=sum((line.bills[last].period for line in lines), Decimal(0)),
        ),
    )


def _estimated(
    line: Line,
    period: SoldPeriod,
    tiers: Sequence[Tier],
    quoted: Sequence[QuotedPrice],
    promotions: Mapping[int, Promoted],
) -> EstimatedLine:
    charged = [
        resource.id
        for resource in period.resources
        if line.quantities.get(resource.id) and not resource.is_measured
    ]
    _require_prices(quoted, charged=charged, tiers=len(tiers), period=period)

    def bill(at: Tier, promoted: Promoted | None, *, is_cost: bool) -> Bill:
        return bill_of_quotes(
            [price for price in quoted if price.tier == at.tier],
            line.quantities,
            is_cost=is_cost,
            exponent=at.exponent,
            promoted=promoted,
        )

    return EstimatedLine(
        plan_name=period.plan_name,
        trial_days=period.trial_days,
        bills={one.tier: bill(one, promotions.get(one.tier), is_cost=False) for one in tiers},
        costs={one.tier: bill(one, promotions.get(one.tier - 1), is_cost=True) for one in tiers},
        currencies={one.tier: one.currency for one in tiers},
        promotions=promotions,
        listed={
            one.tier: bill(one, None, is_cost=False) for one in tiers if one.tier in promotions
        },
        listed_costs={
            one.tier: bill(one, None, is_cost=True) for one in tiers if one.tier - 1 in promotions
        },
    )


class TakesOff(Protocol):
    """What a promotion takes off recurring prices and setup fees, in parts per million."""

    @property
    def recurring_ppm(self) -> int:
        """Off the price of each period."""

    @property
    def setup_ppm(self) -> int:
        """Off the fee of the first one."""


def bill_of_quotes(
    quoted: Sequence[QuotedPrice],
    quantities: Mapping[int, Decimal],
    *,
    is_cost: bool,
    exponent: int,
    promoted: TakesOff | None = None,
) -> Bill:
    """Work out what units by resource take at the quoted prices, or costs, of one tier; each level is a charge."""
    items = []
    for price in quoted:
        amount = price.unit_cost if is_cost else price.unit_price
        ordered = quantities.get(price.resource_id)
        if not ordered or amount is None:
            continue
        if price.kind is PriceKind.RECURRING:
            units = price.level.units_of(ordered)
            ppm = promoted.recurring_ppm if promoted else 0
            items.append(PricedItem(quantity=units, recurring=amount, recurring_ppm=ppm))
        elif price.kind is PriceKind.SETUP:
            ppm = promoted.setup_ppm if promoted else 0
            items.append(PricedItem(quantity=ordered, setup=amount, setup_ppm=ppm))
    return bill_of(items, exponent=exponent)


def _require_prices(
    quoted: Sequence[QuotedPrice], *, charged: Sequence[int], tiers: int, period: SoldPeriod
) -> None:
    kind = PriceKind.USAGE if period.is_usage else PriceKind.RECURRING
    priced = {(p.tier, p.resource_id) for p in quoted if p.kind is kind and p.problem is None}
    missing = [(t, r) for t in range(1, tiers + 1) for r in charged if (t, r) not in priced]
    if missing:
        raise OrderNotPossible(
            "order_price_missing",
            "{object} has no price yet on every step to this customer.",
            object=f"{IdKind.PLAN.value}-{period.plan_id}",
            next_step="Set a price or a margin rule, or add the exchange rate.",
        )
