-- Spread unused account credit over open invoices, the oldest first.
-- Temp: new_allocation (invoice_id bigint, tenant_id bigint, billing_account_id bigint, amount numeric);
-- Safe to repeat: it fills a temporary table. Docs/billing.md section 7.
INSERT INTO new_allocation
SELECT
    spread.invoice_id,
    spread.tenant_id,
    spread.billing_account_id,
    least(spread.open_amount, spread.account_credit - spread.used_before)
FROM (
    SELECT
        invoice.id AS invoice_id,
        invoice.tenant_id,
        invoice.billing_account_id,
        invoice.open_amount,
        balance.account_credit,
        sum(invoice.open_amount) OVER oldest_first - invoice.open_amount AS used_before
    FROM balance
    INNER JOIN invoice ON invoice.billing_account_id = balance.billing_account_id AND invoice.open_amount > 0
    WHERE balance.account_credit > 0
    WINDOW oldest_first AS (
        PARTITION BY invoice.billing_account_id ORDER BY invoice.issued_on, invoice.id ROWS UNBOUNDED PRECEDING
    )
) AS spread
WHERE spread.used_before < spread.account_credit
