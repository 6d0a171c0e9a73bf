-- Add the plans of a price list: one per product, SKU and segment (decision 17).
-- tax_category_id bigint: the taxation class of new plans
-- Reads temp import_row.
-- Writes plan.
-- Safe to repeat: product, SKU and segment are unique; a plan that exists keeps its name and texts.
INSERT INTO plan (
    service_id, tax_category_id, name, description, product_code, sku_code, segment, is_usage, is_published
)
SELECT DISTINCT ON (fresh.product_code, fresh.sku_code, fresh.segment)
    service.id,
    %(tax_category_id)s::bigint,
    fresh.plan_name,
    CASE WHEN fresh.description = '' THEN '{}' ELSE jsonb_build_object('en', fresh.description) END,
    fresh.product_code,
    fresh.sku_code,
    fresh.segment,
    FALSE,
    TRUE
FROM import_row AS fresh
INNER JOIN service ON service.code = fresh.product_code
ORDER BY
    fresh.product_code,
    fresh.sku_code,
    fresh.segment,
    fresh.plan_name
ON CONFLICT (product_code, sku_code, segment) DO NOTHING
