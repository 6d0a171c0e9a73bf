-- End the delivered service of subscriptions whose hold is not billed, at the end of what they have paid for.
-- run_day date: the day of the run.
-- Reads temp moved_hold.
-- Writes service_span.
-- Safe to repeat: an ended span no longer matches.
UPDATE service_span AS span
SET
    ends_on = greatest(%(run_day)s::date + 1, sub.period_end),
    end_reason = 'held'
FROM moved_hold AS moved
INNER JOIN sub_billing AS sub ON sub.subscription_id = moved.subscription_id
WHERE
    span.subscription_id = moved.subscription_id
    AND span.ends_on IS NULL
    AND moved.is_held
    AND NOT moved.bills
    AND sub.period_end IS NOT NULL
