-- List the prices that came from vendors' lists, as listed: past, present and scheduled ones.
-- Reads catalog_price, plan_period, plan, service, vendor, resource.
-- Safe to repeat: it reads.
SELECT
    plan.product_code,
    plan.sku_code,
    plan.segment,
    period.term_months,
    period.billing_months,
    price.market,
    price.currency,
    plan.name,
    price.listed_cost,
    price.listed_retail,
    price.valid_from,
    price.valid_to,
    price.id,
    vendor.code
FROM catalog_price AS price
INNER JOIN plan_period AS period ON period.id = price.plan_period_id
INNER JOIN plan ON plan.id = period.plan_id
INNER JOIN service ON service.id = plan.service_id
INNER JOIN vendor ON vendor.id = service.vendor_id
INNER JOIN resource ON resource.id = price.resource_id
WHERE
    price.kind = 'recurring'
    AND resource.code = plan.product_code || ':' || plan.sku_code
