"""The use behind a charge of pay as you go: its totals, and what the reader may know of how it was priced."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import QuerySet, Sum

from entrepot.domain.documents.explain_types import Link, LinkKind
from entrepot.domain.documents.explain_usage import UnitPrice, UsageFacts
from entrepot.domain.resale.models import SkuPrice
from entrepot.domain.usage.models import SubAccountLink, UsageTotal
from entrepot.kernel.money import round_amount

_DECIMALS = 12


def usage_behind(*, total_id: int, seller_id: int, is_seller: bool, rule_text: str) -> UsageFacts:
    """Gather the use behind a charge; at most seven queries.

    The seller's cost and margin (`rule_text`, how the factor on cost was made) are told to the seller only, a price per
    unit is the buyer's own price and told to everybody who reads the line (decision 11).
    """
    total = UsageTotal.objects.get(pk=total_id)
    whole = _same(total).filter(tier=total.tier, id__lte=total.id)
    sums = whole.aggregate(used=Sum("quantity"), cost=Sum("cost"))
    providers = list(
        SubAccountLink.objects.filter(subscription_id=total.subscription_id)
        .values_list("provider_name", flat=True)
        .distinct()
    )
    prices = _own_prices(total, used=sums["used"], seller_id=seller_id, providers=providers)
    facts = UsageFacts(
        sku_name=total.sku_name or total.sku,
        used=total.quantity,
        used_unit=total.unit,
        amount_before=Decimal(total.amount_before),
        amount_after=total.amount_after,
        sku=total.sku,
        used_in_all=sums["used"],
        unit_prices=prices,
        lines=_lines(total) if providers else None,
    )
    if not is_seller:
        return facts
    cost, currency = _cost(total, vendors=sums["cost"])
    return replace(facts, cost=cost, cost_currency=currency, rule_text="" if prices else rule_text)


def _same(total: UsageTotal) -> QuerySet[UsageTotal]:
    """Select the rows of the same subscription, SKU and month, of all tiers."""
    return UsageTotal.objects.filter(
        subscription_id=total.subscription_id, sku=total.sku, period_start=total.period_start
    )


def _cost(total: UsageTotal, *, vendors: Decimal) -> tuple[Decimal | None, str]:
    """Give what the seller pays for all of it: to the vendor, or to the seller above."""
    if total.tier == 1:
        return vendors, total.usage_import.currency
    above = _same(total).filter(tier=total.tier - 1, usage_import_id__lte=total.usage_import_id)
    found = above.order_by("-id").first()
    return (None, "") if found is None else (found.amount_after, found.currency)


def _own_prices(
    total: UsageTotal, *, used: Decimal, seller_id: int, providers: Sequence[str]
) -> tuple[UnitPrice, ...]:
    """Give the seller's own price of the SKU, by bands, if it is what made the amount."""
    row = (
        SkuPrice.objects.filter(
            seller_id=seller_id,
            provider_name__in=providers,
            sku_id=total.sku,
            pricing_unit=total.unit,
            currency=total.currency,
            valid_from__lte=total.period_start,
        )
        .order_by("-valid_from", "-id")
        .first()
    )
    if row is None:
        return ()
    bands = tuple(
        UnitPrice(above=band.lower_limit, price=band.unit_price)
        for band in row.bands.order_by("lower_limit")
    )
    # A price that was set later for the same month did not make this amount.
    return bands if bands and _amount(bands, used) == total.amount_after else ()


def _amount(bands: Sequence[UnitPrice], used: Decimal) -> Decimal:
    """Rate a quantity as `usage/sql/rate_usage.sql` does: each band its part, below zero all at the first price."""
    ends = [band.above for band in bands[1:]]
    found = Decimal(0)
    for place, band in enumerate(bands):
        end = min(used, ends[place]) if place < len(ends) else used
        part = used if used < 0 and place == 0 else max(Decimal(0), end - band.above)
        found += round_amount(part * band.price, exp=_DECIMALS)
    return found


def _lines(total: UsageTotal) -> Link:
    month = total.period_start.isoformat()[:7]
    return Link(kind=LinkKind.USAGE, id=f"{total.subscription_id}/{month}/{total.sku}")
