-- List the documents of a chunk for the ledger.
-- run_day date: the statement day.
-- first_day date: the day after the last completed run; the same as the run's day when days are billed in order.
-- id_from bigint: smallest invoice id, inclusive.
-- id_to bigint: largest invoice id, inclusive.
-- Temp: posted_document (invoice_id bigint, tenant_id bigint, billing_account_id bigint, is_invoice boolean,
--  net numeric, tax numeric);
-- Safe to repeat: it fills a temporary table.
INSERT INTO posted_document
SELECT
    invoice.id,
    invoice.tenant_id,
    invoice.billing_account_id,
    invoice.kind = 'invoice',
    invoice.net,
    invoice.tax
FROM invoice
WHERE invoice.statement_on BETWEEN %(first_day)s AND %(run_day)s AND invoice.id BETWEEN %(id_from)s AND %(id_to)s
