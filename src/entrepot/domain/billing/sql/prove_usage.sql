-- Prove that each used amount was charged as the difference of its rounded running totals, and that none was forgotten.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH total AS MATERIALIZED (
    SELECT
        total.id,
        total.subscription_id,
        total.tier,
        total.sku,
        total.item_id,
        total.quantity,
        total.billed_on,
        total.period_end,
        coalesce(total.rated_at, loaded.imported_at) AS known_at,
        round(total.amount_after, account.exponent::integer) - round(total.amount_before, account.exponent::integer)
            AS amount
    FROM usage_total AS total
    INNER JOIN usage_import AS loaded ON loaded.id = total.usage_import_id
    INNER JOIN sub_billing AS sub ON sub.subscription_id = total.subscription_id
    LEFT JOIN chain_link AS link ON link.chain_id = sub.chain_id AND link.tier = total.tier
    LEFT JOIN billing_account AS account ON account.id = link.billing_account_id
),

waiting AS MATERIALIZED (
    SELECT
        total.id,
        total.subscription_id,
        total.tier,
        total.sku,
        total.amount,
        CASE
            WHEN sub.status = 'trial' OR sub.period_start IS NULL THEN 'never paid for'
            WHEN aside.subscription_id IS NOT NULL THEN 'in quarantine'
            WHEN sub.status IN ('expired', 'cancelled') AND seen.id IS NOT NULL THEN NULL
            WHEN sub.due_on IS NULL THEN 'held'
            WHEN EXISTS (
                -- The first run after the import, link or price looked on its first day; every renewal looks again.
                SELECT FROM billing_run AS run
                WHERE
                    run.step = 'done'
                    AND run.started_at >= total.known_at
                    AND total.period_end <= CASE WHEN run.id = seen.id THEN run.first_day ELSE sub.period_start END
                    AND (run.id = seen.id OR (run.day >= sub.period_start AND run.first_day <= sub.period_start))
            ) THEN NULL
            ELSE 'waits for the next event'
        END AS reason
    FROM total
    INNER JOIN sub_billing AS sub ON sub.subscription_id = total.subscription_id
    LEFT JOIN quarantine AS aside ON aside.subscription_id = total.subscription_id AND aside.resolved_on IS NULL
    LEFT JOIN LATERAL (
        SELECT run.id
        FROM billing_run AS run
        WHERE run.step = 'done' AND run.started_at >= total.known_at
        ORDER BY run.day
        LIMIT 1
    ) AS seen ON TRUE
    WHERE total.billed_on IS NULL
),

wrong AS (
    SELECT
        coalesce(total.subscription_id, charge.subscription_id) AS subscription_id,
        coalesce(total.id, charge.cause_id) AS usage_total_id,
        CASE
            WHEN total.id IS NULL THEN 'usage_charge_without_total'
            WHEN charge.id IS NULL THEN 'usage_not_charged'
            ELSE 'usage_charged_differently'
        END AS problem,
        total.sku,
        coalesce(total.tier, charge.tier) AS tier,
        total.amount AS expected,
        charge.list_amount AS charged
    FROM (SELECT * FROM total WHERE billed_on IS NOT NULL) AS total
    FULL JOIN (SELECT * FROM charge WHERE kind = 'usage') AS charge ON charge.cause_id = total.id
    WHERE
        total.id IS NULL
        OR total.amount IS NULL
        OR (charge.id IS NULL AND total.amount <> 0)
        OR (
            charge.id IS NOT NULL
            AND (charge.list_amount, charge.quantity, charge.tier, charge.item_id, charge.subscription_id)
            IS DISTINCT FROM (total.amount, total.quantity, total.tier, total.item_id, total.subscription_id)
        )
    UNION ALL
    SELECT subscription_id, id, 'usage_forgotten', sku, tier, amount, NULL
    FROM waiting
    WHERE reason IS NULL
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object(
        'totals_billed', (SELECT count(*) FROM total WHERE billed_on IS NOT NULL),
        'totals_waiting', (SELECT count(*) FROM waiting WHERE reason IS NOT NULL)
    ) || coalesce(
        (
            SELECT jsonb_object_agg('waiting: ' || counted.reason, counted.totals)
            FROM (
                SELECT waiting.reason, count(*) AS totals
                FROM waiting WHERE waiting.reason IS NOT NULL GROUP BY waiting.reason
            ) AS counted
        ),
        '{}'::jsonb
    ) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        wrong.problem,
        'subscription',
        wrong.subscription_id,
        jsonb_build_object(
            'usage', wrong.usage_total_id, 'sku', wrong.sku, 'tier', wrong.tier,
            'expected', coalesce(wrong.expected, 0), 'charged', coalesce(wrong.charged, 0)
        ),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.subscription_id, wrong.usage_total_id
    LIMIT %(findings_max)s
)
