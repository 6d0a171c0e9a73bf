-- Work out again what each tier of a changed subscription earns and pays a month.
-- item_from bigint: smallest id of the chunk's items, inclusive; bounds keep the cost with the chunk, not the table.
-- item_to bigint: largest id of the chunk's items, inclusive.
-- Reads temp due, due_item.
-- Writes subscription_money.
-- Safe to repeat: it sets values, once per subscription and tier.
INSERT INTO subscription_money AS money (
    tenant_id, subscription_id, tier, seller_id, currency, monthly_price, monthly_cost
)
SELECT
    due.tenant_id,
    due.subscription_id,
    link.tier,
    link.seller_id,
    account.currency,
    round(
        coalesce(sum(level.units * price.unit_price * (1000000 - price.discount_ppm)), 0)
        / (1000000 * due.billing_months),
        account.exponent::integer
    ),
    round(coalesce(sum(level.units * price.unit_cost), 0) / due.billing_months, account.exponent::integer)
FROM due
INNER JOIN chain_link AS link ON link.chain_id = due.chain_id
INNER JOIN billing_account AS account ON account.id = link.billing_account_id
INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id
LEFT JOIN agreed_price AS price
    ON
        price.item_id = item.item_id
        AND price.item_id BETWEEN %(item_from)s AND %(item_to)s
        AND price.tier = link.tier
        AND price.kind = 'recurring'
        AND price.valid_from <= due.event_on
        AND (price.valid_to IS NULL OR price.valid_to > due.event_on)
LEFT JOIN LATERAL (
    SELECT units_at_level(price.model, price.lower_limit, price.upper_limit, item.quantity) AS units
) AS level ON TRUE
WHERE
    due.starts_term OR due.has_changes
GROUP BY
    due.tenant_id, due.subscription_id, due.billing_months, link.tier, link.seller_id, account.currency, account.exponent
ON CONFLICT (subscription_id, tier) DO UPDATE
SET
    seller_id = excluded.seller_id,
    currency = excluded.currency,
    monthly_price = excluded.monthly_price,
    monthly_cost = excluded.monthly_cost
