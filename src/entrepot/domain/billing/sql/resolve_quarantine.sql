-- Close the quarantine of subscriptions that were billed by this event.
-- run_day date: the day of the run.
-- Reads temp due.
-- Writes quarantine.
-- Safe to repeat: a resolved row no longer matches.
UPDATE quarantine
SET resolved_on = %(run_day)s
FROM due
WHERE quarantine.subscription_id = due.subscription_id AND quarantine.resolved_on IS NULL
