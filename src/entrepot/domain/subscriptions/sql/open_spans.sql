-- Begin the delivered service of subscriptions whose paid time starts and that have no open span.
-- id_from bigint: smallest subscription id of the chunk, inclusive; bounds keep the cost with the chunk, not the table.
-- id_to bigint: largest subscription id of the chunk, inclusive.
-- Reads temp due.
-- Writes service_span.
-- Safe to repeat: a subscription with an open span no longer matches.
INSERT INTO service_span (tenant_id, subscription_id, starts_on)
SELECT
    due.tenant_id,
    due.subscription_id,
    due.period_start
FROM due
WHERE
    due.starts_period
    AND NOT EXISTS (
        SELECT
        FROM service_span AS span
        WHERE
            span.subscription_id = due.subscription_id
            AND span.ends_on IS NULL
            AND span.subscription_id BETWEEN %(id_from)s AND %(id_to)s
    )
