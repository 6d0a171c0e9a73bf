-- Put its unit into each plan of a price list.
-- Reads temp import_row.
-- Writes plan_resource.
-- Safe to repeat: a resource is in a plan once.
INSERT INTO plan_resource (plan_id, resource_id, included, position)
SELECT DISTINCT
    plan.id,
    resource.id,
    0,
    0
FROM import_row AS fresh
INNER JOIN plan
    ON
        plan.product_code = fresh.product_code
        AND plan.sku_code = fresh.sku_code
        AND plan.segment = fresh.segment
INNER JOIN resource ON resource.code = fresh.product_code || ':' || fresh.sku_code
ON CONFLICT (plan_id, resource_id) DO NOTHING
