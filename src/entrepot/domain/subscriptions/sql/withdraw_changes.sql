-- Withdraw the open quantity changes of subscriptions that end.
-- now timestamptz: the instant of the run.
-- Reads temp due.
-- Writes quantity_change.
-- Safe to repeat: a withdrawn change no longer matches.
UPDATE quantity_change AS change
SET withdrawn_at = %(now)s
FROM due
WHERE
    due.cancels
    AND change.subscription_id = due.subscription_id
    AND change.applied_on IS NULL
    AND change.withdrawn_at IS NULL
