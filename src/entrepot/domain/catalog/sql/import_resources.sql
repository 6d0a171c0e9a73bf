-- Add the unit that each SKU of a price list is counted in.
-- Reads temp import_row.
-- Writes resource.
-- Safe to repeat: a resource's code is unique.
INSERT INTO resource (service_id, code, name, unit, is_measured)
SELECT DISTINCT ON (fresh.product_code, fresh.sku_code)
    service.id,
    fresh.product_code || ':' || fresh.sku_code,
    fresh.plan_name,
    fresh.unit,
    FALSE
FROM import_row AS fresh
INNER JOIN service ON service.code = fresh.product_code
ORDER BY
    fresh.product_code,
    fresh.sku_code,
    fresh.plan_name
ON CONFLICT (code) DO NOTHING
