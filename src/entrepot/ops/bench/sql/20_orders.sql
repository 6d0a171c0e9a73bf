-- Orders of the past, in the order of time: each subscription had as many as it takes to make up the number.
-- first bigint: number of the first order; orders bigint: so many; subscriptions bigint: so many there are.
-- A hundredth failed, a hundredth waits, a fiftieth was cancelled; open ones are on different subscriptions.
INSERT INTO sales_order (
    tenant_id, request_key, place, kind, number, number_text, code, customer_id, customer_path, customer_name, seller_id,
    billing_account_id, plan_name, subscription_id, is_own, currency, first_amount, period_amount, trial_days, parameters,
    purchase_order, error, placed_at, placed_by, closed_at
)
SELECT
    sub.tenant_id, 'bench-' || n, 0, 'sales', n, 'SO' || lpad(n::text, 6, '0'), state.code, sub.customer_id,
    sub.customer_path, sub.customer_name, sub.seller_id, 1, sub.plan_name, sub.id, sub.is_own, 'EUR', 10 + n %% 900,
    10 + n %% 900, 0, '{}'::jsonb, '', CASE state.code WHEN 'PF' THEN 'The domain is taken.' ELSE '' END,
    '2020-01-01T08:00Z'::timestamptz + n * interval '12 seconds', 'Bench Person',
    CASE WHEN state.code IN ('CP', 'CL') THEN '2020-01-01T08:05Z'::timestamptz + n * interval '12 seconds' END
FROM generate_series(%(first)s::bigint, %(first)s::bigint + %(orders)s::bigint - 1) AS n
INNER JOIN subscription AS sub ON sub.id = 1 + (n - 1) %% %(subscriptions)s
CROSS JOIN LATERAL (
    SELECT CASE
        -- Only the first round over the subscriptions leaves open ones: there is one open order for each.
        WHEN n <= %(subscriptions)s AND n %% 100 = 3 THEN 'PF'
        WHEN n <= %(subscriptions)s AND n %% 100 = 7 THEN 'WP'
        WHEN n %% 50 = 11 THEN 'CL'
        ELSE 'CP'
    END AS code
) AS state
