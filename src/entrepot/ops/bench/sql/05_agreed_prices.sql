-- The agreed prices of every item on every tier, a tenth with a discount; measured use that exceeds what is included.
-- day date: the day that will be billed.
WITH used AS (
    INSERT INTO metered_usage (tenant_id, item_id, on_day, quantity)
    SELECT tenant_id, id, %(day)s::date - 5, 5 + (hashint8(id) & 2147483647) %% 20
    FROM subscription_item WHERE is_measured
)

INSERT INTO agreed_price (
    tenant_id, item_id, tier, kind, unit_price, unit_cost, currency, discount_ppm, discount_label, valid_from,
    catalog_price_id
)
SELECT
    item.tenant_id, item.id, tier, price.kind,
    CASE
        WHEN tier = 1 THEN cost.tier_1
        WHEN tier = 2 THEN round(cost.tier_1 * 1.125, 2)
        ELSE round(round(cost.tier_1 * 1.125, 2) * 1.125, 2)
    END,
    CASE WHEN tier = 1 THEN price.unit_cost WHEN tier = 2 THEN cost.tier_1 ELSE round(cost.tier_1 * 1.125, 2) END,
    'EUR',
    CASE WHEN tier > 1 AND (hashint8(item.id * 23) & 2147483647) %% 100 < 10 THEN 50000 ELSE 0 END,
    CASE WHEN tier > 1 AND (hashint8(item.id * 23) & 2147483647) %% 100 < 10 THEN 'Bench' ELSE '' END,
    %(day)s::date - 400,
    price.id
FROM subscription_item AS item
INNER JOIN subscription AS sub ON sub.id = item.subscription_id
INNER JOIN chain ON chain.id = sub.chain_id
INNER JOIN catalog_price AS price
    ON price.plan_period_id = sub.plan_period_id AND price.resource_id = item.resource_id
CROSS JOIN LATERAL (SELECT round(price.unit_cost * 1.08, 2) AS tier_1) AS cost
CROSS JOIN LATERAL generate_series(1, chain.tiers) AS tier
ORDER BY item.id, tier, price.kind
