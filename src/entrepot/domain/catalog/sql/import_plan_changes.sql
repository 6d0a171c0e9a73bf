-- Note the plans that a price list brought as put on sale, for the sellers below.
-- last_plan bigint: the last plan before the list.
-- price_list_id bigint: the list.
-- Reads temp import_row.
-- Writes plan_change.
-- Safe to repeat: a plan that is noted already is left alone.
INSERT INTO plan_change (seller_id, plan_id, field, before, after, offers, at)
SELECT DISTINCT
    NULL::bigint,
    plan.id,
    'is_published',
    NULL::jsonb,
    'true'::jsonb,
    TRUE,
    list.imported_at
FROM import_row AS fresh
INNER JOIN plan
    ON
        plan.product_code = fresh.product_code
        AND plan.sku_code = fresh.sku_code
        AND plan.segment = fresh.segment
        AND plan.id > %(last_plan)s
CROSS JOIN price_list_import AS list
WHERE list.id = %(price_list_id)s
    AND NOT EXISTS (SELECT FROM plan_change AS known WHERE known.plan_id = plan.id AND known.offers)
