-- List all plans with their periods; a plan without a period has nulls there.
-- Reads plan, plan_period.
-- Safe to repeat: it reads.
SELECT
    plan.product_code,
    plan.sku_code,
    plan.segment,
    period.term_months,
    period.billing_months
FROM plan
LEFT JOIN plan_period AS period ON period.plan_id = plan.id
