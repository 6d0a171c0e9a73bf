-- Add the products of a price list that are not services yet.
-- Reads temp import_row.
-- Writes service.
-- Safe to repeat: a service's code is unique.
INSERT INTO service (vendor_id, code, name, icon)
SELECT DISTINCT ON (fresh.product_code)
    vendor.id,
    fresh.product_code,
    fresh.service_name,
    'package'
FROM import_row AS fresh
INNER JOIN vendor ON vendor.code = fresh.vendor_code
ORDER BY
    fresh.product_code,
    fresh.service_name
ON CONFLICT (code) DO NOTHING
