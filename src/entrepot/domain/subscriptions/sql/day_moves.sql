-- Count what the run of a day did to subscriptions, by kind.
-- run_day date: the day of the run.
-- Reads subscription_event.
-- Safe to repeat: it reads.
SELECT
    event.kind,
    count(*)
FROM subscription_event AS event
WHERE event.on_day = %(run_day)s AND event.actor_name = ''
GROUP BY event.kind
ORDER BY event.kind
