-- Take used account credit off both sides of the balances.
-- Reads temp new_allocation.
-- Writes balance.
-- Safe to repeat: it commits with the transfers that it sums.
UPDATE balance
SET
    receivable = balance.receivable - used.amount,
    account_credit = balance.account_credit - used.amount
FROM (
    SELECT
        fresh.billing_account_id,
        sum(fresh.amount) AS amount
    FROM new_allocation AS fresh
    GROUP BY fresh.billing_account_id
) AS used
WHERE balance.billing_account_id = used.billing_account_id
