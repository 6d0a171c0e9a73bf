"""What a seller needs to price usage: which SKUs its customers used, and what a price would make of stored months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import Band
from entrepot.domain.resale.queries import SkuGoods
from entrepot.kernel.money import exponent

GOODS_MAX = 200

# Newest links first, because what is used now is what gets a price. Any other SKU can be typed in.
_USED = """
WITH linked AS MATERIALIZED (
    SELECT link.provider_name, link.subscription_id
    FROM sub_account_link AS link
    WHERE %(is_provider)s OR link.tenant_id = %(tenant)s
    ORDER BY link.id DESC
    LIMIT 300
)
SELECT linked.provider_name, total.sku, total.unit, max(total.sku_name)
FROM linked
INNER JOIN sub_billing AS sub ON sub.subscription_id = linked.subscription_id
INNER JOIN chain_link AS sale ON sale.chain_id = sub.chain_id AND sale.seller_id = %(seller)s
INNER JOIN usage_total AS total ON total.subscription_id = linked.subscription_id AND total.tier = sale.tier
WHERE
    total.unit <> ''
    AND (
        strpos(lower(total.sku), lower(%(search)s)) > 0
        OR strpos(lower(total.sku_name), lower(%(search)s)) > 0
        OR strpos(lower(linked.provider_name), lower(%(search)s)) > 0
    )
GROUP BY linked.provider_name, total.sku, total.unit
ORDER BY linked.provider_name, max(total.sku_name), total.sku, total.unit
LIMIT %(limit)s"""

# Charges are rounded per subscription, SKU and month, and so are these sums. A quantity below zero takes the first
# band, as in domain/usage/sql/rate_usage.sql.
_EFFECT = """
WITH used AS (
    SELECT
        total.subscription_id,
        total.period_start,
        sum(total.quantity) AS quantity,
        sum(total.amount_after - total.amount_before) AS amount
    FROM (
        SELECT DISTINCT link.subscription_id FROM sub_account_link AS link
        WHERE link.provider_name = %(provider)s AND (%(is_provider)s OR link.tenant_id = %(tenant)s)
    ) AS linked
    INNER JOIN sub_billing AS sub ON sub.subscription_id = linked.subscription_id
    INNER JOIN chain_link AS sale ON sale.chain_id = sub.chain_id AND sale.seller_id = %(seller)s
    INNER JOIN usage_total AS total
        ON
            total.subscription_id = linked.subscription_id
            AND total.sku = %(sku)s
            AND total.period_start >= %(month)s
            AND total.tier = sale.tier
    WHERE total.currency = %(currency)s
    GROUP BY total.subscription_id, total.period_start
    HAVING bool_and(total.unit = %(unit)s)
)
SELECT
    count(*),
    min(used.period_start),
    max(used.period_start),
    coalesce(sum(round(used.amount, %(exponent)s)), 0),
    coalesce(sum(round(priced.amount, %(exponent)s)), 0)
FROM used
CROSS JOIN LATERAL (
    SELECT
        sum(
            band.price
            * CASE
                WHEN used.quantity < 0 AND band.lower_limit = 0 THEN used.quantity
                ELSE greatest(0, least(used.quantity, coalesce(band.upper_limit, used.quantity)) - band.lower_limit)
            END
        ) AS amount
    FROM unnest(%(lower)s::numeric[], %(upper)s::numeric[], %(price)s::numeric[])
        AS band (lower_limit, upper_limit, price)
) AS priced"""


@dataclass(frozen=True, slots=True)
class SkuInUse:
    """A SKU that the seller's customers used, in the unit in which the vendor measures it."""

    provider_name: str
    sku_id: str
    pricing_unit: str
    name: str


@dataclass(frozen=True, slots=True)
class PriceEffect:
    """The stored totals that a price would rate anew: their number, months, and amounts before discounts.

    `after` is None when the SKU goes back to cost plus margins: only rating tells.
    """

    totals: int
    first_month: date | None
    last_month: date | None
    before: Decimal
    after: Decimal | None


def used_skus(viewer: Viewer, *, limit: int, search: str = "") -> tuple[SkuInUse, ...]:
    """Give SKUs with usage on the viewer's own sales, by provider and name; at most `limit` (200).

    Only the 300 newest linked sub-accounts are looked at. `search` finds a part of provider, SKU or name.
    """
    with connection.cursor() as cursor:
        cursor.execute(_USED, {**_seller(viewer), "search": search, "limit": min(limit, GOODS_MAX)})
        return tuple(SkuInUse(*row) for row in cursor.fetchall())


def price_effect(
    viewer: Viewer, *, goods: SkuGoods, bands: Sequence[Band], first_month: date
) -> PriceEffect:
    """Foresee what own bands from a month on make of the stored totals of the viewer's own sales.

    Raises: kernel MoneyError for an unknown currency.
    """
    limits = [band.lower_limit for band in bands]
    given: dict[str, Any] = {
        **_seller(viewer),
        "provider": goods.provider_name,
        "sku": goods.sku_id,
        "unit": goods.pricing_unit,
        "currency": goods.currency,
        "exponent": exponent(goods.currency),
        "month": first_month,
        "lower": limits,
        "upper": [*(high for _, high in pairwise(limits)), None][: len(limits)],
        "price": [band.unit_price for band in bands],
    }
    with connection.cursor() as cursor:
        cursor.execute(_EFFECT, given)
        totals, first, last, before, after = cursor.fetchone()
    return PriceEffect(totals, first, last, before, after if bands else None)


def _seller(viewer: Viewer) -> dict[str, Any]:
    """Name the seller; only the provider sells into several tenants."""
    return {
        "seller": viewer.account_id,
        "tenant": viewer.tenant_id,
        "is_provider": viewer.account_kind is AccountKind.PROVIDER,
    }
