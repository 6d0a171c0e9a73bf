-- Add the plan periods of a price list: one per plan, term and billing plan.
-- Reads temp import_row.
-- Writes plan_period.
-- Safe to repeat: term and billing period are unique within a plan.
INSERT INTO plan_period (plan_id, term_months, billing_months, trial_days, grace_days, refund, is_active)
SELECT DISTINCT
    plan.id,
    fresh.term_months,
    fresh.billing_months,
    0,
    0,
    'prorated'::refund_policy,
    TRUE
FROM import_row AS fresh
INNER JOIN plan
    ON
        plan.product_code = fresh.product_code
        AND plan.sku_code = fresh.sku_code
        AND plan.segment = fresh.segment
ON CONFLICT (plan_id, term_months, billing_months) DO NOTHING
