-- Find the document and line on which a charge stands.
-- charge_id bigint: the charge.
-- Safe to repeat: it only reads.
SELECT
    invoice.id,
    invoice.number_text,
    line.line_no,
    invoice.issued_on
FROM charge
INNER JOIN invoice
    ON invoice.statement_on = charge.statement_on AND invoice.billing_account_id = charge.billing_account_id
INNER JOIN invoice_line AS line ON line.invoice_id = invoice.id AND line.charge_id = charge.id
WHERE charge.id = %(charge_id)s
