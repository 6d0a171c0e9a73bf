-- Prove that the balances are the sums of the transfers, per billing account: receivable and account credit.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH summed AS (
    SELECT
        leg.billing_account_id,
        coalesce(sum(leg.amount) FILTER (WHERE leg.account = 'receivable'), 0) AS receivable,
        coalesce(-sum(leg.amount) FILTER (WHERE leg.account = 'account_credit'), 0) AS account_credit,
        count(*) AS legs
    FROM (
        SELECT transfer.billing_account_id, transfer.debit AS account, transfer.amount FROM transfer
        UNION ALL
        SELECT transfer.billing_account_id, transfer.credit, -transfer.amount FROM transfer
    ) AS leg
    GROUP BY leg.billing_account_id
),

compared AS MATERIALIZED (
    SELECT
        balance.tenant_id,
        summed.legs,
        said.what,
        said.expected,
        said.found,
        coalesce(summed.billing_account_id, balance.billing_account_id) AS billing_account_id
    FROM summed
    FULL JOIN balance ON balance.billing_account_id = summed.billing_account_id
    CROSS JOIN LATERAL (
        VALUES
        ('receivable', coalesce(summed.receivable, 0), coalesce(balance.receivable, 0)),
        ('account credit', coalesce(summed.account_credit, 0), coalesce(balance.account_credit, 0))
    ) AS said (what, expected, found)
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object(
        'transfers', (SELECT coalesce(sum(legs), 0)::bigint / 4 FROM compared),
        'billing_accounts', (SELECT count(DISTINCT billing_account_id) FROM compared)
    ) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        'balance_not_transfers',
        'billing_account',
        compared.billing_account_id,
        jsonb_build_object(
            'what', compared.what, 'buyer', account.buyer_id, 'currency', account.currency,
            'expected', compared.expected, 'found', compared.found
        ),
        count(*) OVER ()
    FROM compared
    LEFT JOIN billing_account AS account ON account.id = compared.billing_account_id
    WHERE
        compared.expected <> compared.found
        OR account.id IS NULL
        OR compared.tenant_id IS DISTINCT FROM account.tenant_id
    ORDER BY compared.billing_account_id, compared.what
    LIMIT %(findings_max)s
)
