-- Record what account credit is used for.
-- run_day date: the day of the run.
-- Reads temp new_allocation.
-- Writes allocation.
-- Safe to repeat: it commits with the balances that it uses up.
INSERT INTO allocation (tenant_id, billing_account_id, invoice_id, amount, applied_on)
SELECT
    fresh.tenant_id,
    fresh.billing_account_id,
    fresh.invoice_id,
    fresh.amount,
    %(run_day)s
FROM new_allocation AS fresh
ORDER BY fresh.billing_account_id, fresh.invoice_id
