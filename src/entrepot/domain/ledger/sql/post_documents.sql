-- Post the day's documents: receivable (invoice) or account credit (credit note) against revenue and tax.
-- run_day date: the statement day.
-- id_from bigint: smallest invoice id, inclusive.
-- id_to bigint: largest invoice id, inclusive.
-- Reads temp posted_document.
-- Writes transfer.
-- Safe to repeat: the chunk is done in one transaction. Docs/billing.md section 7.
INSERT INTO transfer (
    tenant_id, billing_account_id, debit, credit, amount, posted_on, cause, document_id, reference
)
SELECT
    document.tenant_id,
    document.billing_account_id,
    CASE WHEN part.amount > 0 THEN side.own ELSE part.other END::ledger_account,
    CASE WHEN part.amount > 0 THEN part.other ELSE side.own END::ledger_account,
    abs(part.amount),
    %(run_day)s,
    CASE WHEN document.is_invoice THEN 'invoice' ELSE 'credit_note' END::transfer_cause,
    document.invoice_id,
    ''
FROM posted_document AS document
CROSS JOIN LATERAL (
    SELECT CASE WHEN document.is_invoice THEN 'receivable' ELSE 'account_credit' END AS own
) AS side
CROSS JOIN LATERAL (
    VALUES ('revenue', document.net), ('tax', document.tax)
) AS part (other, amount)
WHERE
    part.amount <> 0
    AND document.invoice_id BETWEEN %(id_from)s AND %(id_to)s
