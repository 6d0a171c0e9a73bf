-- Find the usage that cannot be charged: sub-accounts that no subscription claims, and those of a
-- subscription that has no rule for the currency of the cost.
-- Common subset of SQL without placeholders; reads the same relations as rate_usage.sql. Writes
-- nothing. Every counted line is either here or in rate_usage.sql, never in both.
SELECT
    CASE WHEN m.subscription_id IS NULL THEN 'unknown_sub_account' ELSE 'no_price_rule' END AS reason,
    l.provider_name AS provider_name,
    l.sub_account_id AS sub_account_id,
    COALESCE(MAX(l.sub_account_name), '') AS sub_account_name,
    l.billing_currency AS cost_currency,
    m.subscription_id AS subscription_id,
    COUNT(*) AS line_count,
    CAST(SUM(l.billed_cost) AS DECIMAL(38, 15)) AS cost
FROM usage_line AS l
INNER JOIN valid_source AS s
    ON
        l.provider_name = s.provider_name
        AND l.sub_account_id = s.sub_account_id
        AND l.billing_month = s.billing_month
        AND l.import_id = s.import_id
INNER JOIN rated_month AS r ON l.charge_month = r.charge_month
LEFT JOIN subscription_map AS m
    ON
        l.provider_name = m.provider_name
        AND l.sub_account_id = m.sub_account_id
WHERE
    NOT EXISTS (
        SELECT 1
        FROM tier_rule AS t
        WHERE
            t.subscription_id = m.subscription_id
            AND t.cost_currency = l.billing_currency
    )
GROUP BY
    m.subscription_id,
    l.provider_name,
    l.sub_account_id,
    l.billing_currency
ORDER BY
    l.provider_name,
    l.sub_account_id,
    l.billing_currency
