-- Prove that the rows that lists read say the same as the billing state.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads.
-- A row without a problem holds the figures.
WITH wrong AS MATERIALIZED (
    SELECT
        CASE
            WHEN
                known.is_same
                AND wide.auto_renew = state.auto_renew
                AND NOT (wide.cancel_on IS DISTINCT FROM state.cancel_on)
                AND (wide.status <> 'active' OR wide.term_start IS NULL OR wide.term_end = state.term_end)
                THEN 'calendar_wrong'
            ELSE 'list_row_wrong'
        END AS problem,
        wide.id,
        jsonb_build_object(
            'ends_on', calendar.ends_on, 'term_end', wide.term_end, 'status', wide.status, 'billed_as', state.status
        ) AS facts
    FROM subscription AS wide
    INNER JOIN sub_billing AS state ON state.subscription_id = wide.id
    LEFT JOIN term_calendar AS calendar ON calendar.subscription_id = wide.id
    CROSS JOIN LATERAL (
        -- What is removed for good has ended for billing, one way or the other.
        SELECT
            wide.status = state.status
            OR (wide.status = 'terminated' AND state.status IN ('expired', 'cancelled')) AS is_same
    ) AS known
    WHERE
        NOT known.is_same
        OR wide.auto_renew <> state.auto_renew
        OR wide.cancel_on IS DISTINCT FROM state.cancel_on
        OR (wide.status = 'active' AND wide.term_start IS NOT NULL AND wide.term_end IS DISTINCT FROM state.term_end)
        OR calendar.ends_on IS DISTINCT FROM CASE WHEN wide.status = 'active' THEN wide.term_end END
        OR (calendar.seller_id, calendar.customer_id, calendar.auto_renew)
        <> (wide.seller_id, wide.customer_id, wide.auto_renew)
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('subscriptions', (SELECT count(*) FROM subscription)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        wrong.problem,
        'subscription',
        wrong.id,
        wrong.facts,
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.id
    LIMIT %(findings_max)s
)
