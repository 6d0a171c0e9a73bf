-- Spread the unused credit of one billing account over its open invoices, the oldest first.
-- billing_account_id bigint: the account; its balance is locked by the payment that came before.
-- Documents of a run under way are not posted yet and wait for that run: never more than the receivable is used.
-- Reads temp new_allocation.
-- Safe to repeat: it fills a temporary table. The same rule as pick_allocations, docs/billing.md section 7.
INSERT INTO new_allocation
SELECT
    spread.invoice_id,
    spread.tenant_id,
    spread.billing_account_id,
    least(spread.open_amount, spread.credit - spread.used_before)
FROM (
    SELECT
        invoice.id AS invoice_id,
        invoice.tenant_id,
        invoice.billing_account_id,
        invoice.open_amount,
        least(balance.account_credit, balance.receivable) AS credit,
        sum(invoice.open_amount) OVER oldest_first - invoice.open_amount AS used_before
    FROM balance
    INNER JOIN invoice ON invoice.billing_account_id = balance.billing_account_id AND invoice.open_amount > 0
    WHERE balance.billing_account_id = %(billing_account_id)s AND balance.account_credit > 0
    WINDOW oldest_first AS (ORDER BY invoice.issued_on, invoice.id ROWS UNBOUNDED PRECEDING)
) AS spread
WHERE spread.used_before < spread.credit
