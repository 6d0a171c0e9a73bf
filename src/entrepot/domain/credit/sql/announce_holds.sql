-- Tell consumers (mail, ERP) about the credit holds that the day put or released.
-- run_day date: the day of the run.
-- Reads temp judged.
-- Writes outbox_event.
-- Safe to repeat: it commits with the states that it compares.
INSERT INTO outbox_event (kind, object_id, tenant_id, on_day, payload)
SELECT
    CASE WHEN judged.is_held THEN 'credit_held' ELSE 'credit_released' END,
    judged.billing_account_id,
    judged.tenant_id,
    %(run_day)s,
    '{"until": null}'::jsonb
FROM judged
WHERE judged.is_held <> judged.was_held
ORDER BY judged.billing_account_id
