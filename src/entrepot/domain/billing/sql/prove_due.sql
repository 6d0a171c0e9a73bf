-- Prove that nothing was left behind: what was due is done, or waits in quarantine with its reason.
-- last_day date: the last completed day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH running AS MATERIALIZED (
    SELECT
        sub.subscription_id,
        sub.status,
        sub.due_on,
        sub.period_end,
        waiting.reason,
        wide.credit_hold OR wide.admin_hold AS is_held,
        last_span.end_reason = 'held' AS span_held,
        last_span.starts_on IS NULL AS no_span
    FROM sub_billing AS sub
    INNER JOIN subscription AS wide ON wide.id = sub.subscription_id
    LEFT JOIN quarantine AS waiting ON waiting.subscription_id = sub.subscription_id AND waiting.resolved_on IS NULL
    LEFT JOIN (
        SELECT DISTINCT ON (span.subscription_id)
            span.subscription_id,
            span.starts_on,
            span.ends_on,
            span.end_reason
        FROM service_span AS span
        ORDER BY span.subscription_id ASC, span.starts_on DESC
    ) AS last_span ON last_span.subscription_id = sub.subscription_id
    WHERE sub.status IN ('trial', 'active', 'graced') OR sub.due_on IS NOT NULL
),

late AS (
    SELECT
        subscription_id,
        status,
        due_on,
        period_end,
        CASE WHEN due_on <= %(last_day)s THEN 'due_left_behind' ELSE 'days_unbilled' END AS problem
    FROM running
    WHERE
        reason IS NULL
        AND (
            due_on <= %(last_day)s
            OR (
                status = 'active'
                AND coalesce(period_end <= %(last_day)s, TRUE)
                -- An unbilled hold, or the return from one on the next day.
                AND NOT (coalesce(span_held, FALSE) AND (due_on IS NOT NULL OR is_held))
                AND NOT (no_span AND (is_held OR due_on = %(last_day)s::date + 1))
            )
            OR (status IN ('trial', 'graced') AND due_on IS NULL AND NOT is_held)
        )
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object(
        'running', (SELECT count(*) FROM running),
        'quarantined', (SELECT count(*) FROM running WHERE reason IS NOT NULL),
        'quarantined_days', (
            SELECT coalesce(sum(%(last_day)s::date + 1 - due_on), 0)
            FROM running WHERE reason IS NOT NULL AND due_on <= %(last_day)s
        )
    ) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        late.problem,
        'subscription',
        late.subscription_id,
        jsonb_build_object(
            'status', late.status, 'due_on', late.due_on, 'period_end', late.period_end, 'last_day', %(last_day)s::date
        ),
        count(*) OVER ()
    FROM late
    ORDER BY late.subscription_id
    LIMIT %(findings_max)s
)
