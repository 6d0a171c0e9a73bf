-- Tell of the ends that are near: once for each subscription, end and number of days.
-- run_day date: the day of the run.
-- first_day date: the first day that this run stands for; what missed runs left is made up for within a week.
-- expiry_days smallint[]: the usual days before an end that nothing follows, and before the end of a trial.
-- renewal_days smallint[]: the usual days before an end that another term follows.
-- Writes notice_given, subscription_event, outbox_event.
-- Safe to repeat: what was given is not given again.
-- The ends are read by index, one range for each number of days that anybody asks for: what is not near costs nothing.
WITH asked AS (
    SELECT
        FALSE AS before_renewal,
        unnest(%(expiry_days)s::smallint[]) AS days
    UNION DISTINCT
    SELECT
        TRUE,
        unnest(%(renewal_days)s::smallint[])
    UNION DISTINCT
    SELECT
        FALSE,
        unnest(rule.expiry_days)
    FROM notice_rule AS rule
    UNION DISTINCT
    SELECT
        TRUE,
        unnest(rule.renewal_days)
    FROM notice_rule AS rule
),

span AS (
    SELECT
        asked.before_renewal,
        asked.days,
        greatest(%(first_day)s::date + asked.days, %(run_day)s::date - 6 + asked.days, %(run_day)s::date + 1) AS from_day,
        %(run_day)s::date + asked.days AS to_day
    FROM asked
),

near AS (
    SELECT
        span.before_renewal,
        span.days,
        calendar.subscription_id,
        calendar.ends_on,
        FALSE AS is_trial
    FROM span
    INNER JOIN term_calendar AS calendar
        ON
            calendar.auto_renew = any(ARRAY[FALSE, span.before_renewal])
            AND calendar.ends_on BETWEEN span.from_day AND span.to_day
    UNION ALL
    SELECT
        span.before_renewal,
        span.days,
        billing.subscription_id,
        billing.trial_end,
        TRUE
    FROM span
    INNER JOIN sub_billing AS billing
        ON billing.status = 'trial' AND billing.trial_end BETWEEN span.from_day AND span.to_day
    WHERE NOT span.before_renewal
),

due AS (
    SELECT
        wide.tenant_id,
        near.subscription_id,
        near.ends_on,
        near.days,
        near.is_trial,
        billing.auto_renew OR billing.renews_once AS renews
    FROM near
    INNER JOIN subscription AS wide ON wide.id = near.subscription_id
    INNER JOIN sub_billing AS billing ON billing.subscription_id = near.subscription_id
    LEFT JOIN notice_rule AS rule ON rule.seller_id = wide.seller_id
    WHERE
        billing.cancel_on IS NULL
        AND billing.status = CASE WHEN near.is_trial THEN 'trial' ELSE 'active' END::subscription_status
        AND (near.is_trial OR near.before_renewal = (billing.auto_renew OR billing.renews_once))
        AND near.days = any(
            CASE
                WHEN near.before_renewal THEN coalesce(rule.renewal_days, %(renewal_days)s::smallint[])
                ELSE coalesce(rule.expiry_days, %(expiry_days)s::smallint[])
            END
        )
        -- A month is not told of its end on the day after it began: the first half of a term is too early.
        AND near.days <= %(run_day)s::date - CASE WHEN near.is_trial THEN wide.started_on ELSE wide.term_start END
),

given AS (
    INSERT INTO notice_given (tenant_id, subscription_id, ends_on, days, renews, given_on)
    SELECT
        due.tenant_id,
        due.subscription_id,
        due.ends_on,
        due.days,
        due.renews,
        %(run_day)s
    FROM due
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, subscription_id, ends_on, days, renews
),

told AS (
    SELECT
        given.tenant_id,
        given.subscription_id,
        given.renews,
        jsonb_strip_nulls(jsonb_build_object(
            'ends_on', given.ends_on, 'days', given.days, 'trial', nullif(due.is_trial, FALSE)
        )) AS facts
    FROM given
    INNER JOIN due
        ON
            due.subscription_id = given.subscription_id
            AND due.ends_on = given.ends_on
            AND due.days = given.days
),

noted AS (
    INSERT INTO subscription_event (tenant_id, subscription_id, on_day, kind, actor_name, facts)
    SELECT
        told.tenant_id,
        told.subscription_id,
        %(run_day)s,
        CASE WHEN told.renews THEN 'renewal_notice' ELSE 'expiry_notice' END,
        '',
        told.facts
    FROM told
)

INSERT INTO outbox_event (kind, object_id, tenant_id, on_day, payload)
SELECT
    CASE WHEN told.renews THEN 'subscription_renews_soon' ELSE 'subscription_expires_soon' END,
    told.subscription_id,
    told.tenant_id,
    %(run_day)s,
    told.facts
FROM told
ORDER BY told.subscription_id
