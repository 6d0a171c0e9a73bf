-- Want the prices of plan periods' resources for one chain on one day, as an order shows them before it is placed.
-- chain_id bigint: the chain of the customer.
-- plan_period_ids bigint[]: what may be ordered.
-- on_day date: the day for which prices hold.
-- Reads temp price_wanted.
-- Safe to repeat: it fills a temporary table.
INSERT INTO price_wanted
SELECT
    chain.id,
    period.id,
    offered.resource_id,
    %(on_day)s,
    plan.is_usage,
    plan.id,
    plan.sales_category_id,
    service.vendor_id,
    chain.market,
    chain.tiers
FROM chain
INNER JOIN plan_period AS period ON period.id = any(%(plan_period_ids)s)
INNER JOIN plan ON plan.id = period.plan_id
INNER JOIN service ON service.id = plan.service_id
INNER JOIN plan_resource AS offered ON offered.plan_id = plan.id
WHERE chain.id = %(chain_id)s
