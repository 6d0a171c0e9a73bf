-- Stop or resume the billing of subscriptions whose hold is not billed (decision 20).
-- run_day date: the day of the run.
-- Reads temp moved_hold.
-- Writes sub_billing.
-- Safe to repeat: it sets a value; the version tells everybody who read the row before.
UPDATE sub_billing AS sub
SET
    due_on = CASE
        WHEN moved.is_held THEN NULL
        ELSE greatest(
            %(run_day)s::date + 1,
            least(sub.period_end, sub.term_end, sub.trial_end, sub.grace_end, sub.cancel_on, sub.next_change_on)
        )
    END,
    version = sub.version + 1
FROM moved_hold AS moved
WHERE
    sub.subscription_id = moved.subscription_id
    AND sub.status IN ('trial', 'active', 'graced')
    AND ((moved.is_held AND NOT moved.bills) OR (NOT moved.is_held AND sub.due_on IS NULL))
