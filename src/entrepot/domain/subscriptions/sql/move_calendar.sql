-- Say when the running terms of the subscriptions end that began or ended one.
-- id_from bigint: smallest subscription id of the chunk, inclusive; bounds keep the cost with the chunk, not the table.
-- id_to bigint: largest subscription id of the chunk, inclusive.
-- Reads temp due.
-- Reads subscription, after update_wide.
-- Writes term_calendar.
-- Safe to repeat: it sets values.
INSERT INTO term_calendar AS calendar (subscription_id, tenant_id, seller_id, customer_id, auto_renew, ends_on)
SELECT
    wide.id,
    wide.tenant_id,
    wide.seller_id,
    wide.customer_id,
    wide.auto_renew,
    CASE WHEN wide.status = 'active' THEN wide.term_end END
FROM due
INNER JOIN subscription AS wide ON wide.id = due.subscription_id
WHERE wide.id BETWEEN %(id_from)s AND %(id_to)s AND (due.cancels OR due.lapses OR due.starts_term)
ON CONFLICT (subscription_id) DO UPDATE
SET ends_on = excluded.ends_on
