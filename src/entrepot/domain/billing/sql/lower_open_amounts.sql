-- Take used account credit off the open invoices.
-- Reads temp new_allocation.
-- Writes invoice.
-- Safe to repeat: it commits with the allocations; an open amount cannot fall below zero.
UPDATE invoice
SET open_amount = invoice.open_amount - used.amount
FROM (
    SELECT
        fresh.invoice_id,
        sum(fresh.amount) AS amount
    FROM new_allocation AS fresh
    GROUP BY fresh.invoice_id
) AS used
WHERE invoice.id = used.invoice_id
