-- List the prices that have to be agreed because a term starts: once per chain, plan period, resource and day.
-- Temp: price_wanted (chain_id bigint, plan_period_id bigint, resource_id bigint, on_day date, is_usage boolean,
--  plan_id bigint, sales_category_id bigint, vendor_id bigint, market text, tiers smallint);
-- Reads temp due, due_item.
-- Safe to repeat: it fills a temporary table.
INSERT INTO price_wanted
SELECT DISTINCT
    due.chain_id,
    due.plan_period_id,
    item.resource_id,
    due.event_on,
    due.is_usage,
    plan.id,
    plan.sales_category_id,
    service.vendor_id,
    chain.market,
    chain.tiers
FROM due
INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id
INNER JOIN chain ON chain.id = due.chain_id
INNER JOIN plan_period AS period ON period.id = due.plan_period_id
INNER JOIN plan ON plan.id = period.plan_id
INNER JOIN service ON service.id = plan.service_id
WHERE due.starts_term
