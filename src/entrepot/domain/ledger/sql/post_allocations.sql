-- Post used account credit: account credit against receivable.
-- run_day date: the day of the run.
-- Reads temp new_allocation.
-- Writes transfer.
-- Safe to repeat: it commits with the allocations.
INSERT INTO transfer (
    tenant_id, billing_account_id, debit, credit, amount, posted_on, cause, document_id, reference
)
SELECT
    fresh.tenant_id,
    fresh.billing_account_id,
    'account_credit',
    'receivable',
    fresh.amount,
    %(run_day)s,
    'allocation',
    fresh.invoice_id,
    ''
FROM new_allocation AS fresh
ORDER BY fresh.billing_account_id, fresh.invoice_id
