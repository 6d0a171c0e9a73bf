-- What the operator's own lists show: a run for every day of the past year with its steps, rehearsals, subscriptions
-- put aside, tasks, price lists, usage files with sub-accounts that nobody has mapped.
-- day date: today in this world.
-- aside bigint: how many subscriptions wait for a repair.
-- user_id bigint: who started the tasks.
WITH issued AS (
    SELECT issued_on, count(*) AS documents, sum(lines) AS lines FROM invoice GROUP BY issued_on
),

runs AS (
    INSERT INTO billing_run (
        day, first_day, step, chunk_size, due, charges, documents, lines, quarantined, workers, started_at,
        finished_at, started_by, fingerprint, proof
    )
    SELECT
        day, day, 'done'::run_step, 20000, coalesce(issued.lines, 0), coalesce(issued.lines, 0),
        coalesce(issued.documents, 0), coalesce(issued.lines, 0), 0, 2, day + INTERVAL '3 hours',
        day + INTERVAL '3 hours 2 minutes', 'bench', '', '{}'::jsonb
    FROM generate_series(%(day)s::date - 400, %(day)s::date - 1, INTERVAL '1 day') AS days (moment)
    CROSS JOIN LATERAL (SELECT moment::date AS day) AS named
    LEFT JOIN issued ON issued.issued_on = named.day
    RETURNING id, day
),

chunks AS (
    INSERT INTO run_chunk (run_id, step, number, id_from, id_to, is_done, rows, seconds, counts)
    SELECT runs.id, step.step, number, 1, 20000, TRUE, 20000, 3.5, '{}'::jsonb
    FROM runs
    CROSS JOIN unnest(ARRAY['rate', 'total', 'number', 'post', 'settle']::run_step []) AS step (step)
    CROSS JOIN generate_series(1, 3) AS number
),

tried AS (
    INSERT INTO rehearsal (day, made_at, made_by, seconds, due, charges, documents, quarantined, fingerprint, totals, differences)
    SELECT day, day + INTERVAL '2 hours', 'bench', 60, 30000, 70000, 9000, 3, '', '{"tiers": []}'::jsonb, '{}'::jsonb
    FROM runs
),

waiting AS (
    INSERT INTO quarantine (tenant_id, subscription_id, reason, detail, due_on, first_day, last_day, tries, resolved_on)
    SELECT
        tenant_id, subscription_id,
        (CASE WHEN subscription_id %% 3 = 0 THEN 'no_tax_rule' ELSE 'no_price' END)::quarantine_reason,
        jsonb_build_object('tier', 1, 'resource', plan_period_id), %(day)s::date - 3, %(day)s::date - 3,
        %(day)s::date - 1, 3, NULL
    FROM sub_billing
    -- What lacks a price lacks it for everybody who has the plan.
    WHERE due_on IS NOT NULL AND plan_period_id <= 10
    ORDER BY hashint8(subscription_id)
    LIMIT %(aside)s
),

repaired AS (
    INSERT INTO quarantine (tenant_id, subscription_id, reason, detail, due_on, first_day, last_day, tries, resolved_on)
    SELECT
        tenant_id, subscription_id, 'no_price'::quarantine_reason, '{"tier": 1}'::jsonb, first.day, first.day,
        first.day + 1, 2, first.day + 2
    FROM sub_billing
    CROSS JOIN LATERAL (SELECT %(day)s::date - 10 - (subscription_id %% 380)::integer AS day) AS first
    ORDER BY hashint8(subscription_id * 3)
    LIMIT %(aside)s * 10
),

tasks AS (
    INSERT INTO job (
        task, label, state, tenant_id, account_id, owner_id, done, total, note, arguments, result, error, attempts,
        created_at, started_at, finished_at
    )
    SELECT
        'billing.bill', 'Bill a day', 'done'::job_state, NULL, 1, %(user_id)s, 10, 10, '',
        jsonb_build_object('number', number), '{}'::jsonb, '', 1, moment, moment, moment + INTERVAL '1 minute'
    FROM generate_series(1, 20000) AS number
    CROSS JOIN LATERAL (SELECT %(day)s::date - make_interval(hours => 20000 - number) AS moment) AS at
),

lists AS (
    INSERT INTO price_list_import (
        file_name, sha256, state, rows, rejected, created_plans, created_periods, created_prices, changed_prices,
        effective_on, report, imported_at, imported_by
    )
    SELECT
        'prices-' || number || '.csv', '', 'applied'::import_state, 3000, 0, 0, 0, 30, 20, moment::date, '{}'::jsonb,
        moment, 'bench'
    FROM generate_series(1, 600) AS number
    CROSS JOIN LATERAL (SELECT %(day)s::date - make_interval(days => 600 - number) AS moment) AS at
),

used AS (
    INSERT INTO usage_import (
        provider_name, file_name, sha256, period_start, period_end, state, lines, rejected, duplicate_lines,
        sub_accounts, parked_sub_accounts, billed_cost, currency, parquet_path, parquet_sha256, problems, engine,
        imported_at, imported_by
    )
    SELECT
        'Bench Vendor', 'usage-' || number || '.csv', '', moment::date, moment::date + 30,
        'applied'::usage_import_state, 100000, 0, 0, 50, 2, 12345.67, 'EUR', '', '', '[]'::jsonb, '', moment, 'bench'
    FROM generate_series(1, 600) AS number
    CROSS JOIN LATERAL (SELECT %(day)s::date - make_interval(days => 600 - number) AS moment) AS at
    RETURNING id
)

INSERT INTO parked_sub_account (
    usage_import_id, provider_name, sub_account_id, sub_account_name, lines, billed_cost
)
SELECT used.id, 'Bench Vendor', 'account-' || used.id || '-' || number, 'Sub-account', 100, 12.5
FROM used
CROSS JOIN generate_series(1, 2) AS number
