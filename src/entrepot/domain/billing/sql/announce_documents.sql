-- Tell consumers (mail, ERP) about the documents of a chunk.
-- run_day date: the statement day.
-- Reads temp posted_document.
-- Writes outbox_event.
-- Safe to repeat: it commits with the documents' lines.
INSERT INTO outbox_event (kind, object_id, tenant_id, on_day, payload)
SELECT
    CASE WHEN document.is_invoice THEN 'invoice_issued' ELSE 'credit_note_issued' END,
    document.invoice_id,
    document.tenant_id,
    %(run_day)s,
    '{}'::jsonb
FROM posted_document AS document
