-- Subscriptions in the middle of their yearly term, billed monthly. Due ones are chosen by whole customer.
-- subscriptions bigint: how many subscriptions.
-- resellers bigint: how many resellers.
-- day date: the day that will be billed.
-- due_percent bigint: percent of the customers whose subscriptions are due.
WITH base AS (
    SELECT
        s AS id,
        customer.id AS customer_id,
        customer.tenant_id,
        customer.parent_id AS seller_id,
        customer.path,
        customer.name AS customer_name,
        1 + (hashint8(s) & 2147483647) %% 100 AS plan_id,
        1 + (hashint8(s * 7) & 2147483647) %% 40 AS seats,
        (hashint8(customer.id * 13) & 2147483647) %% 100 < %(due_percent)s AS is_due,
        (hashint8(s * 3) & 2147483647) %% 12 AS months_left
    FROM generate_series(1, %(subscriptions)s) AS s
    INNER JOIN account AS customer
        ON customer.id = 2 + %(resellers)s + (hashint8(s * 11) & 2147483647) %% greatest(1, %(subscriptions)s * 3 / 10)
),

wide AS (
    INSERT INTO subscription (
        id, tenant_id, customer_id, seller_id, customer_path, customer_name, plan_id, plan_name, plan_period_id,
        chain_id, is_own, status, admin_hold, credit_hold, auto_renew, started_on, term_start, term_end, currency,
        quantity, cancel_reason, vendor_reference, purchase_order, search_text, version
    )
    SELECT
        id, tenant_id, customer_id, seller_id, path, customer_name, plan_id, 'Plan ' || lpad(plan_id::text, 3, '0'),
        plan_id, customer_id, FALSE, 'active'::subscription_status, FALSE, FALSE, TRUE,
        %(day)s::date - INTERVAL '1 year',
        (%(day)s::date + make_interval(months => months_left::integer))::date - INTERVAL '1 year',
        %(day)s::date + make_interval(months => months_left::integer),
        'EUR', seats, '', '', '', lower(customer_name) || ' plan ' || plan_id || ' sub-' || id, 1
    FROM base
),

calendar AS (
    INSERT INTO term_calendar (subscription_id, tenant_id, seller_id, customer_id, auto_renew, ends_on)
    SELECT id, tenant_id, seller_id, customer_id, TRUE, %(day)s::date + make_interval(months => months_left::integer)
    FROM base
),

spans AS (
    INSERT INTO service_span (tenant_id, subscription_id, starts_on)
    SELECT tenant_id, id, (%(day)s::date - INTERVAL '1 year')::date FROM base
),

items AS (
    INSERT INTO subscription_item (
        id, tenant_id, subscription_id, resource_id, quantity, included, is_measured, position
    )
    SELECT id * 2, tenant_id, id, plan_id, seats, 0, FALSE, 0 FROM base
    UNION ALL
    SELECT
        id * 2 + 1, tenant_id, id, 100 + plan_id, 10, CASE WHEN plan_id %% 5 = 0 THEN 1 ELSE 0 END,
        plan_id %% 5 = 0, 1
    FROM base WHERE (hashint8(id * 17) & 2147483647) %% 100 < 24
),

changes AS (
    INSERT INTO quantity_change (
        tenant_id, subscription_id, item_id, effective_on, new_quantity, ordered_at, ordered_by
    )
    SELECT tenant_id, id, id * 2, %(day)s::date - 10, seats + 3, %(day)s::date - 11, 'bench'
    FROM base WHERE is_due AND (hashint8(id * 19) & 2147483647) %% 100 < 2
)

INSERT INTO sub_billing (
    subscription_id, tenant_id, due_on, status, anchor_day, billing_months, term_months, grace_days, period_start,
    period_end, term_end, cancel_refund, next_change_on, auto_renew, setup_done, is_usage, chain_id, plan_period_id,
    customer_id, tax_category_id, version
)
SELECT
    id, tenant_id,
    CASE
        WHEN NOT is_due THEN %(day)s::date + 14
        WHEN (hashint8(id * 19) & 2147483647) %% 100 < 2 THEN %(day)s::date - 10
        ELSE %(day)s::date
    END,
    'active'::subscription_status,
    extract(DAY FROM CASE WHEN is_due THEN %(day)s::date ELSE %(day)s::date + 14 END),
    1, 12, 0,
    (CASE WHEN is_due THEN %(day)s::date ELSE %(day)s::date + 14 END - INTERVAL '1 month')::date,
    CASE WHEN is_due THEN %(day)s::date ELSE %(day)s::date + 14 END,
    (
        CASE WHEN is_due THEN %(day)s::date ELSE %(day)s::date + 14 END
        + make_interval(months => months_left::integer)
    )::date,
    FALSE,
    CASE WHEN is_due AND (hashint8(id * 19) & 2147483647) %% 100 < 2 THEN %(day)s::date - 10 END,
    TRUE, TRUE, FALSE, customer_id, plan_id, customer_id, 1, 1
FROM base
ORDER BY id
