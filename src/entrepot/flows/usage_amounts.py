"""What the usage lines of one SKU and month come to at the prices of one tier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Max, Sum

from entrepot.domain.usage.drill_down import UsageLine
from entrepot.domain.usage.models import UsageTotal
from entrepot.flows.usage_import import AgreedPriceBook
from entrepot.kernel.money import round_amount

_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """The sale amounts of lines, in their order, and the whole of the month as it is billed, before rounding to cents.

    An amount is None where the price of a line cannot be told any more.
    """

    amounts: tuple[Decimal | None, ...]
    total: Decimal
    currency: str


def line_amounts(
    *,
    subscription_id: int,
    tier: int,
    sku: str,
    month: date,
    lines: Sequence[UsageLine],
    total_quantity: Decimal,
) -> LineAmounts | None:
    """Give what lines cost the buyer of a tier; None if nothing was rated on it.

    A line costs its vendor's cost times the factor agreed for the tier, or its share of the seller's own price of the
    SKU, which holds for the quantity of the whole month. `month` is the first day of a month of use. The amounts are
    of one tier, so the caller asks for the tier that its reader may see (decision 11).
    """
    whole = UsageTotal.objects.filter(
        subscription_id=subscription_id, sku=sku, period_start=month, tier=tier
    ).aggregate(amount=Sum(F("amount_after") - F("amount_before")), currency=Max("currency"))
    if whole["amount"] is None:
        return None
    rules = AgreedPriceBook().rules(charge_month=month, subscription_ids=[subscription_id])
    rule = next((one for one in rules.tier_rules if one.tier == tier), None)
    own_units = {
        price.pricing_unit
        for price in rules.sku_prices
        if rule is not None
        and (price.seller_id, price.sku_id, price.currency) == (rule.seller_id, sku, rule.currency)
    }
    units = {line.pricing_unit for line in lines}

    def amount(line: UsageLine) -> Decimal | None:
        if line.pricing_unit not in own_units:
            return None if rule is None else round_amount(line.cost * rule.factor, exp=_DECIMALS)
        if len(units) > 1 or not total_quantity:
            return None
        return round_amount(whole["amount"] * line.quantity / total_quantity, exp=_DECIMALS)

    return LineAmounts(
        tuple(amount(line) for line in lines), Decimal(whole["amount"]), whole["currency"]
    )
