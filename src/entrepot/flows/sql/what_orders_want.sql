-- Read what a vendor has to know of orders, and by which connector it is asked: the active one, else the oldest.
-- order_ids bigint[]: which orders.
-- Safe to repeat: it reads.
-- The first resource of a plan is the quantity; units of further ones have the name that the vendor gives them.
SELECT
    wish.id,
    sub.quantity,
    coalesce(further.units, '{}'),
    plan.product_code,
    plan.sku_code,
    connector.id,
    coalesce(connector.quantity_parameter, '')
FROM sales_order AS wish
INNER JOIN subscription AS sub ON sub.id = wish.subscription_id
INNER JOIN plan ON plan.id = sub.plan_id
INNER JOIN service ON service.id = plan.service_id
LEFT JOIN LATERAL (
    SELECT
        known.id,
        known.quantity_parameter
    FROM connector AS known
    WHERE known.vendor_id = service.vendor_id
    ORDER BY known.is_active DESC, known.id
    LIMIT 1
) AS connector ON TRUE
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(named.name, named.units)::text AS units
    FROM (
        SELECT
            coalesce(nullif(resource.mpn, ''), resource.code) AS name,
            trim_scale(sum(item.quantity))::text AS units
        FROM (
            SELECT
                one.resource_id,
                one.quantity,
                one.is_measured,
                row_number() OVER (ORDER BY one.position, one.id) AS place
            FROM subscription_item AS one
            WHERE one.subscription_id = wish.subscription_id
        ) AS item
        INNER JOIN resource ON resource.id = item.resource_id
        WHERE item.place > 1 AND NOT item.is_measured
        GROUP BY 1
    ) AS named
) AS further ON TRUE
WHERE wish.id = any(%(order_ids)s)
