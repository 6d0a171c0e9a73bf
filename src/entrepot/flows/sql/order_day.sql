-- Read what decides on the day of an order: the hub's zone, and the last day that is billed.
-- Safe to repeat: it only reads.
SELECT
    (SELECT hub.timezone FROM hub ORDER BY hub.id LIMIT 1),
    (SELECT run.day FROM billing_run AS run WHERE run.step = 'done' ORDER BY run.day DESC LIMIT 1)
