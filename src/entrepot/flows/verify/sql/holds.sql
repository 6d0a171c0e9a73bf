-- Prove that every billing account is held or free as its terms say, as of the last completed day.
-- last_day date: the last completed day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. What somebody did by hand after the last run is judged by the next run.
-- A row without a problem holds the figures.
WITH judged AS MATERIALIZED (
    SELECT
        account.id,
        account.buyer_id,
        state.overdue_since,
        late.since AS late_since,
        coalesce(state.is_held, FALSE) AS is_held,
        CASE
            WHEN account.hold_mode = 'manual' OR touched.billing_account_id IS NOT NULL
                THEN coalesce(state.is_held, FALSE)
            WHEN state.release_until >= %(last_day)s THEN FALSE
            ELSE coalesce(late.ended + account.grace_days < %(last_day)s, FALSE)
        END AS must_be_held
    FROM billing_account AS account
    LEFT JOIN credit_state AS state ON state.billing_account_id = account.id
    LEFT JOIN (
        SELECT
            invoice.billing_account_id,
            min(invoice.due_on) AS ended,
            min(invoice.due_on) + 1 AS since
        FROM invoice
        WHERE invoice.open_amount > 0 AND invoice.due_on < %(last_day)s
        GROUP BY invoice.billing_account_id
    ) AS late ON late.billing_account_id = account.id
    LEFT JOIN (
        SELECT DISTINCT event.billing_account_id FROM hold_event AS event WHERE event.on_day > %(last_day)s
    ) AS touched ON touched.billing_account_id = account.id
),

wrong AS (
    SELECT
        CASE
            WHEN judged.must_be_held AND NOT judged.is_held THEN 'account_not_held'
            WHEN judged.is_held AND NOT judged.must_be_held THEN 'account_held_without_reason'
            ELSE 'overdue_since_wrong'
        END AS problem,
        'billing_account' AS object_kind,
        judged.id AS object_id,
        judged.buyer_id,
        judged.late_since,
        judged.overdue_since
    FROM judged
    WHERE judged.is_held <> judged.must_be_held OR judged.overdue_since IS DISTINCT FROM judged.late_since
    UNION ALL
    SELECT
        'hold_bit_wrong',
        'account',
        buyer.id,
        buyer.id,
        NULL,
        NULL
    FROM account AS buyer
    INNER JOIN (
        SELECT judged.buyer_id, bool_or(judged.is_held) AS is_held FROM judged GROUP BY judged.buyer_id
    ) AS state ON state.buyer_id = buyer.id
    WHERE buyer.credit_hold <> state.is_held
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object(
        'billing_accounts', (SELECT count(*) FROM judged), 'held', (SELECT count(*) FROM judged WHERE is_held)
    ) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        wrong.problem,
        wrong.object_kind,
        wrong.object_id,
        jsonb_build_object(
            'buyer', wrong.buyer_id, 'overdue_since', wrong.late_since, 'stored', wrong.overdue_since
        ),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.object_id, wrong.problem
    LIMIT %(findings_max)s
)
