-- Mark the usage totals that this run has charged.
-- run_day date: the day of the run.
-- Reads temp due.
-- Writes usage_total.
-- Safe to repeat: a marked total no longer matches.
UPDATE usage_total AS total
SET billed_on = %(run_day)s
FROM due
WHERE
    total.subscription_id = due.subscription_id
    AND due.bills_usage
    AND total.billed_on IS NULL
    AND (total.period_end <= due.event_on OR due.closes_usage)
