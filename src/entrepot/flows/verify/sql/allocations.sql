-- Prove that used account credit is in allocations, transfers and open amounts alike, and that none lies idle.
-- last_day date: the last completed day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH used AS (
    SELECT
        allocation.invoice_id,
        min(allocation.billing_account_id) AS billing_account_id,
        sum(allocation.amount) AS amount
    FROM allocation
    GROUP BY allocation.invoice_id
),

posted AS (
    SELECT
        transfer.document_id,
        sum(transfer.amount) AS amount,
        bool_and(transfer.debit = 'account_credit' AND transfer.credit = 'receivable') AS is_use
    FROM transfer
    WHERE transfer.cause = 'allocation'
    GROUP BY transfer.document_id
),

wrong AS (
    SELECT
        CASE
            WHEN invoice.id IS NULL OR coalesce(used.amount, 0) <> coalesce(posted.amount, 0) OR NOT posted.is_use
                THEN 'allocation_not_posted'
            ELSE 'open_amount_wrong'
        END AS problem,
        coalesce(invoice.kind::text, 'invoice') AS object_kind,
        coalesce(invoice.id, used.invoice_id, posted.document_id) AS object_id,
        greatest(invoice.gross, 0) - coalesce(used.amount, 0) AS expected,
        CASE
            WHEN coalesce(used.amount, 0) <> coalesce(posted.amount, 0) THEN coalesce(posted.amount, 0)
            ELSE invoice.open_amount
        END AS found,
        invoice.number_text
    FROM invoice
    FULL JOIN used ON used.invoice_id = invoice.id
    FULL JOIN posted ON posted.document_id = coalesce(invoice.id, used.invoice_id)
    WHERE
        invoice.id IS NULL
        OR coalesce(used.amount, 0) <> coalesce(posted.amount, 0)
        OR NOT coalesce(posted.is_use, TRUE)
        OR used.billing_account_id <> invoice.billing_account_id
        OR invoice.open_amount <> greatest(invoice.gross, 0) - coalesce(used.amount, 0)
    UNION ALL
    SELECT
        'credit_idle',
        'billing_account',
        balance.billing_account_id,
        0,
        least(balance.receivable, balance.account_credit - coalesce(fresh.amount, 0)),
        NULL
    FROM balance
    LEFT JOIN (
        -- Money that came in after the last run is used by the next one.
        SELECT
            transfer.billing_account_id,
            sum(transfer.amount) AS amount
        FROM transfer
        WHERE transfer.posted_on > %(last_day)s AND transfer.credit = 'account_credit'
        GROUP BY transfer.billing_account_id
    ) AS fresh ON fresh.billing_account_id = balance.billing_account_id
    WHERE balance.receivable > 0 AND balance.account_credit - coalesce(fresh.amount, 0) > 0
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('allocations', (SELECT count(*) FROM allocation)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        wrong.problem,
        wrong.object_kind,
        wrong.object_id,
        jsonb_build_object('number', wrong.number_text, 'expected', wrong.expected, 'found', wrong.found),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.object_id, wrong.problem
    LIMIT %(findings_max)s
)
