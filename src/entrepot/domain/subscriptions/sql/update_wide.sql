-- Bring the row that people see up to date, for the few subscriptions whose state, term or quantity changed.
-- The item at position 0 gives the quantity that lists show.
-- id_from bigint: smallest subscription id of the chunk, inclusive; bounds keep the cost with the chunk, not the table.
-- id_to bigint: largest subscription id of the chunk, inclusive.
-- Reads temp due, due_change.
-- Writes subscription.
-- Safe to repeat: it sets values.
UPDATE subscription AS wide
SET
    status = CASE
        WHEN due.cancels THEN 'cancelled'
        WHEN due.lapses AND due.status = 'active' AND due.grace_days > 0 THEN 'graced'
        WHEN due.lapses OR due.ends_grace THEN 'expired'
        WHEN due.starts_period THEN 'active'
        ELSE wide.status::text
    END::subscription_status,
    started_on = CASE WHEN due.starts_period THEN coalesce(wide.started_on, due.period_start) ELSE wide.started_on END,
    term_start = CASE WHEN due.starts_term THEN due.period_start ELSE wide.term_start END,
    term_end = CASE WHEN due.starts_term THEN due.term_end ELSE wide.term_end END,
    ended_on = CASE
        WHEN due.cancels THEN due.cancel_on
        WHEN due.ends_grace OR (due.lapses AND (due.status = 'trial' OR due.grace_days = 0)) THEN due.event_on
        ELSE wide.ended_on
    END,
    destroy_on = CASE
        WHEN due.cancels OR due.ends_grace OR (due.lapses AND (due.status = 'trial' OR due.grace_days = 0)) THEN (
            SELECT CASE WHEN due.cancels THEN due.cancel_on ELSE due.event_on END + period.hold_days
            FROM plan_period AS period
            WHERE period.id = due.plan_period_id AND period.destroys_after_hold
        )
        ELSE wide.destroy_on
    END,
    quantity = coalesce(shown.new_quantity, wide.quantity)
FROM due
LEFT JOIN (
    SELECT DISTINCT ON (change.subscription_id)
        change.subscription_id,
        change.new_quantity
    FROM due_change AS change
    INNER JOIN subscription_item AS item ON item.id = change.item_id
    WHERE change.is_last AND item.position = 0
    ORDER BY change.subscription_id, item.id
) AS shown ON shown.subscription_id = due.subscription_id
WHERE
    wide.id = due.subscription_id
    AND wide.id BETWEEN %(id_from)s AND %(id_to)s
    AND (due.cancels OR due.lapses OR due.ends_grace OR due.starts_term OR due.has_changes)
