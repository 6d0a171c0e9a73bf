-- Write the judgement of the day to the credit states.
-- run_day date: the day of the run.
-- Reads temp judged.
-- Writes credit_state.
-- Safe to repeat: it sets values.
INSERT INTO credit_state AS state (
    billing_account_id, tenant_id, buyer_id, overdue_since, is_held, held_on, held_by_hand, release_until
)
SELECT
    judged.billing_account_id,
    judged.tenant_id,
    judged.buyer_id,
    judged.overdue_since,
    judged.is_held,
    CASE WHEN judged.is_held THEN %(run_day)s::date END,
    FALSE,
    judged.release_until
FROM judged
ORDER BY judged.billing_account_id
ON CONFLICT (billing_account_id) DO UPDATE
SET
    overdue_since = excluded.overdue_since,
    is_held = excluded.is_held,
    held_on = CASE WHEN excluded.is_held THEN coalesce(state.held_on, excluded.held_on) END,
    held_by_hand = excluded.is_held AND state.held_by_hand,
    release_until = excluded.release_until
