-- Read what a buyer owes on an account (below zero: it has credit) with what is charged and not yet invoiced, and the
-- sum of its orders but for some that are open, or complete and not yet charged.
-- billing_account_id bigint: the account.
-- but_ids bigint[]: the orders that are asked for.
-- Safe to repeat: it reads. A document is at most one month away, so 31 days have all charges without one.
WITH billed AS (
    SELECT
        run.day,
        (run.day + 1)::timestamp AT TIME ZONE (SELECT hub.timezone FROM hub ORDER BY hub.id LIMIT 1) AS until
    FROM billing_run AS run
    WHERE run.step = 'done'
    ORDER BY run.day DESC
    LIMIT 1
)

SELECT
    coalesce(
        (
            SELECT balance.receivable - balance.account_credit
            FROM balance
            WHERE balance.billing_account_id = %(billing_account_id)s
        ),
        0
    )
    + coalesce(
        (
            SELECT sum(charge.net + charge.tax)
            FROM charge
            WHERE
                charge.billing_account_id = %(billing_account_id)s
                AND charge.statement_on = any(
                    ARRAY(SELECT billed.day + ahead.days FROM billed CROSS JOIN generate_series(1, 31) AS ahead (days))
                )
        ),
        0
    ),
    coalesce(
        (
            SELECT sum(greatest(open_order.first_amount, 0))
            FROM sales_order AS open_order
            WHERE
                open_order.billing_account_id = %(billing_account_id)s
                AND open_order.closed_at IS NULL
                AND NOT open_order.id = any(%(but_ids)s)
        ),
        0
    )
    + coalesce(
        (
            SELECT sum(greatest(complete.first_amount, 0))
            FROM sales_order AS complete
            WHERE
                complete.billing_account_id = %(billing_account_id)s
                AND complete.closed_at >= coalesce((SELECT billed.until FROM billed), '-infinity')
                AND complete.code = 'CP'
        ),
        0
    )
