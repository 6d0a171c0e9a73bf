-- Two subscriptions of one customer get resources with their prices on every tier: one few, the other many.
-- customer bigint: the customer.
-- few bigint: how many resources the one has in the end.
-- many bigint: how many the other one has.
-- first_resource bigint: the id of the first resource that this statement makes.
-- day date: today in this world.
WITH picked AS (
    SELECT id, CASE row_number() OVER (ORDER BY id) WHEN 1 THEN %(few)s ELSE %(many)s END AS resources
    FROM subscription
    WHERE customer_id = %(customer)s AND status = 'active'
    ORDER BY id
    LIMIT 2
),

shelf AS (
    INSERT INTO resource (id, service_id, code, name, unit, is_measured)
    SELECT
        %(first_resource)s + number, 1, 'part-' || number, 'Part ' || number, '{"en": "piece", "de": "Stück"}'::jsonb, FALSE
    FROM generate_series(1, %(many)s) AS number
    RETURNING id
),

items AS (
    INSERT INTO subscription_item (tenant_id, subscription_id, resource_id, quantity, included, is_measured, position)
    SELECT sub.tenant_id, sub.id, shelf.id, 3, 0, FALSE, 1 + shelf.id - %(first_resource)s
    FROM picked
    INNER JOIN subscription AS sub ON sub.id = picked.id
    INNER JOIN shelf
        ON
            shelf.id - %(first_resource)s
            <= picked.resources - (SELECT count(*) FROM subscription_item AS own WHERE own.subscription_id = sub.id)
    RETURNING id, tenant_id, subscription_id
)

INSERT INTO agreed_price (
    tenant_id, item_id, tier, kind, unit_price, unit_cost, currency, discount_ppm, discount_label, valid_from
)
SELECT
    items.tenant_id, items.id, link.tier, 'recurring'::price_kind, 1 + link.tier * 0.5, link.tier * 0.5 + 0.5, 'EUR', 0, '',
    %(day)s::date - 400
FROM items
INNER JOIN subscription AS sub ON sub.id = items.subscription_id
INNER JOIN chain_link AS link ON link.chain_id = sub.chain_id
