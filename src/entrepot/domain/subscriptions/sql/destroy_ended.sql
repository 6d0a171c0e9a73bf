-- Remove ended subscriptions for good whose time on hold is over: nobody can renew them any more.
-- run_day date: the day of the run.
-- Writes subscription, subscription_event.
-- Safe to repeat: the day is cleared.
WITH gone AS (
    UPDATE subscription AS wide
    SET
        status = 'terminated',
        destroy_on = NULL,
        version = wide.version + 1
    WHERE
        wide.destroy_on <= %(run_day)s
        AND wide.status IN ('expired', 'cancelled')
    RETURNING wide.id, wide.tenant_id
)

INSERT INTO subscription_event (tenant_id, subscription_id, on_day, kind, actor_name, facts)
SELECT
    gone.tenant_id,
    gone.id,
    %(run_day)s,
    'destroyed',
    '',
    '{}'::jsonb
FROM gone
