-- Read what a buyer owes on an account (below zero: it has credit), and the sum of its open orders but for some.
-- billing_account_id bigint: the account.
-- but_ids bigint[]: the orders that are asked for.
-- Safe to repeat: it reads.
SELECT
    coalesce(
        (
            SELECT balance.receivable - balance.account_credit
            FROM balance
            WHERE balance.billing_account_id = %(billing_account_id)s
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
