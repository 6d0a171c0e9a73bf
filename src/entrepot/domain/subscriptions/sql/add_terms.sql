-- Add the term that starts with this event.
-- Reads temp due.
-- Writes term.
-- Safe to repeat: unique by subscription and number.
INSERT INTO term (tenant_id, subscription_id, number, starts_on, ends_on)
SELECT
    due.tenant_id,
    due.subscription_id,
    1 + coalesce((SELECT max(past.number) FROM term AS past WHERE past.subscription_id = due.subscription_id), 0),
    due.period_start,
    due.term_end
FROM due
WHERE due.starts_term
