-- The term that runs, and what happened to each subscription so far.
-- day date: today in this world.
WITH terms AS (
    INSERT INTO term (tenant_id, subscription_id, number, starts_on, ends_on)
    SELECT tenant_id, subscription_id, 1, term_end - 365, term_end
    FROM sub_billing
    WHERE term_end IS NOT NULL
)

INSERT INTO subscription_event (tenant_id, subscription_id, on_day, kind, actor_name, facts)
SELECT tenant_id, subscription_id, %(day)s::date - 366 + place, kind, actor, '{}'::jsonb
FROM sub_billing
CROSS JOIN (VALUES (0, 'ordered', 'Bench Reseller'), (1, 'activated', '')) AS happening (place, kind, actor)
ORDER BY subscription_id, place
