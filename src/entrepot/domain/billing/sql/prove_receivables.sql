-- Prove that what a billing account owes is the sum of the open amounts of its invoices.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH open AS (
    SELECT
        invoice.billing_account_id,
        sum(invoice.open_amount) AS amount
    FROM invoice
    GROUP BY invoice.billing_account_id
),

compared AS MATERIALIZED (
    SELECT
        coalesce(open.billing_account_id, balance.billing_account_id) AS billing_account_id,
        coalesce(open.amount, 0) AS open_amount,
        coalesce(balance.receivable, 0) AS receivable
    FROM open
    FULL JOIN balance ON balance.billing_account_id = open.billing_account_id
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('receivables', (SELECT count(*) FROM compared)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        'receivable_not_open_amounts',
        'billing_account',
        compared.billing_account_id,
        jsonb_build_object(
            'buyer', account.buyer_id, 'currency', account.currency, 'expected', compared.open_amount,
            'found', compared.receivable
        ),
        count(*) OVER ()
    FROM compared
    LEFT JOIN billing_account AS account ON account.id = compared.billing_account_id
    WHERE compared.open_amount <> compared.receivable
    ORDER BY compared.billing_account_id
    LIMIT %(findings_max)s
)
