-- Write puts and releases of the day into the history.
-- run_day date: the day of the run.
-- Reads temp judged.
-- Writes hold_event.
-- Safe to repeat: it commits with the states that it compares.
INSERT INTO hold_event (tenant_id, billing_account_id, buyer_id, on_day, act, actor_name, reason)
SELECT
    judged.tenant_id,
    judged.billing_account_id,
    judged.buyer_id,
    %(run_day)s,
    CASE WHEN judged.is_held THEN 'held' ELSE 'released' END::credit_act,
    'billing run',
    CASE WHEN judged.is_held THEN 'overdue' ELSE 'nothing overdue' END
FROM judged
WHERE judged.is_held <> judged.was_held
ORDER BY judged.billing_account_id
