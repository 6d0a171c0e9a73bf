-- Read plan periods with their plans and resources, as the last seller of a customer offers them.
-- period_ids bigint[]: which ones.
-- customer_id bigint: who buys; of the sellers above it the nearest one that says so publishes.
-- Safe to repeat: it reads. Rule 3 of the domain reference: resale is an overlay.
SELECT
    period.id,
    period.term_months,
    period.billing_months,
    period.trial_days,
    period.grace_days,
    period.is_active
    AND coalesce(
        (
            SELECT own.is_published
            FROM plan_overlay AS own
            WHERE
                own.plan_id = plan.id
                AND own.account_id = any(above.path)
                AND own.is_published IS NOT NULL
            ORDER BY array_position(above.path, own.account_id) DESC
            LIMIT 1
        ),
        plan.is_published
    ),
    plan.id,
    plan.name,
    plan.is_usage,
    plan.tax_category_id,
    offered.resource_id,
    offered.included,
    resource.is_measured,
    offered.minimum,
    offered.maximum
FROM (
    SELECT trim_array(string_to_array(rtrim(customer.path, '.'), '.')::bigint[], 1) AS path
    FROM account AS customer
    WHERE customer.id = %(customer_id)s
) AS above
CROSS JOIN plan_period AS period
INNER JOIN plan ON plan.id = period.plan_id
LEFT JOIN plan_resource AS offered ON offered.plan_id = plan.id
LEFT JOIN resource ON resource.id = offered.resource_id
WHERE period.id = any(%(period_ids)s)
ORDER BY period.id, offered.position, offered.id
