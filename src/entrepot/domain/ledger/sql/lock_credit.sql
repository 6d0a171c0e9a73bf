-- Lock the balances with unused credit before it is spread, so that a payment at the same moment is not used twice.
-- Writes nothing.
-- Safe to repeat: it only locks, in the order of ids.
SELECT balance.billing_account_id
FROM balance
WHERE balance.account_credit > 0
ORDER BY balance.billing_account_id
FOR UPDATE
