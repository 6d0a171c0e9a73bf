-- Let ordered subscriptions begin on a day, with a trial or at once.
-- start_on date: the first day.
-- subscription_ids bigint[]: which ones.
-- statuses text[]: the state that each has from then on.
-- trial_ends date[]: the first day after each one's trial, null without one.
-- Writes subscription.
-- Safe to repeat: it sets the same values.
UPDATE subscription
SET
    started_on = %(start_on)s,
    status = begun.status::subscription_status,
    trial_end = begun.trial_end
FROM unnest(
    %(subscription_ids)s::bigint[],
    %(statuses)s::text[],
    %(trial_ends)s::date[]
) AS begun (subscription_id, status, trial_end)
WHERE subscription.id = begun.subscription_id
