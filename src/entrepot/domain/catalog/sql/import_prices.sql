-- Add the new and changed prices of a price list.
-- price_list_id bigint: the import they come from
-- Reads temp import_row.
-- Writes catalog_price.
-- Safe to repeat: spans of one price may not overlap, so a repetition fails as a whole.
INSERT INTO catalog_price (
    plan_period_id, resource_id, kind, market, currency, unit_cost, retail_price, listed_cost, listed_retail,
    valid_from, valid_to, price_list_id
)
SELECT
    period.id,
    resource.id,
    'recurring'::price_kind,
    fresh.market,
    fresh.currency,
    fresh.unit_cost,
    fresh.retail_price,
    fresh.listed_cost,
    fresh.listed_retail,
    fresh.valid_from,
    fresh.valid_to,
    %(price_list_id)s::bigint
FROM import_row AS fresh
INNER JOIN plan
    ON
        plan.product_code = fresh.product_code
        AND plan.sku_code = fresh.sku_code
        AND plan.segment = fresh.segment
INNER JOIN plan_period AS period
    ON
        period.plan_id = plan.id
        AND period.term_months = fresh.term_months
        AND period.billing_months = fresh.billing_months
INNER JOIN resource ON resource.code = fresh.product_code || ':' || fresh.sku_code
