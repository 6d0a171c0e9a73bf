-- Record the subscriptions that were put aside, or count one more try for those that already are.
-- run_day date: the day of the run.
-- Reads temp put_aside.
-- Writes quarantine.
-- Safe to repeat: one open row per subscription.
INSERT INTO quarantine (tenant_id, subscription_id, reason, detail, due_on, first_day, last_day, tries)
SELECT
    aside.tenant_id,
    aside.subscription_id,
    aside.reason::quarantine_reason,
    aside.detail,
    aside.due_on,
    %(run_day)s,
    %(run_day)s,
    1
FROM put_aside AS aside
ON CONFLICT (subscription_id) WHERE resolved_on IS NULL DO UPDATE
SET
    reason = excluded.reason,
    detail = excluded.detail,
    due_on = excluded.due_on,
    last_day = excluded.last_day,
    tries = quarantine.tries + 1
