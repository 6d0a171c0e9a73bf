-- Move the billing state of the due subscriptions past their event.
-- id_from bigint: smallest subscription id of the chunk, inclusive; bounds keep the cost with the chunk, not the table.
-- id_to bigint: largest subscription id of the chunk, inclusive.
-- Reads temp due.
-- Writes sub_billing.
-- Safe to repeat: the version must be the one that was read; the driver compares the row count and repeats the chunk
-- when somebody changed a subscription meanwhile. Docs/billing.md section 2.
UPDATE sub_billing AS sub
SET
    status = moved.status,
    period_start = due.period_start,
    period_end = due.period_end,
    term_end = due.term_end,
    trial_end = CASE WHEN moved.status = 'trial' THEN sub.trial_end END,
    grace_end = moved.grace_end,
    setup_done = sub.setup_done OR due.starts_period,
    renews_once = sub.renews_once AND NOT due.starts_term,
    next_term_end = CASE WHEN NOT due.starts_term THEN sub.next_term_end END,
    next_change_on = moved.next_change_on,
    due_on = CASE moved.status
        WHEN 'trial' THEN least(sub.trial_end, sub.cancel_on, moved.next_change_on)
        WHEN 'active' THEN least(
            due.period_end,
            due.term_end,
            CASE WHEN sub.cancel_on IS NOT NULL THEN greatest(sub.cancel_on, due.period_start) END,
            CASE WHEN moved.next_change_on IS NOT NULL THEN greatest(moved.next_change_on, due.period_start) END
        )
        WHEN 'graced' THEN least(
            moved.grace_end,
            CASE WHEN sub.cancel_on IS NOT NULL THEN greatest(sub.cancel_on, due.period_start) END
        )
    END,
    version = sub.version + 1
FROM due
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN due.cancels THEN 'cancelled'
            WHEN due.lapses AND due.status = 'active' AND due.grace_days > 0 THEN 'graced'
            WHEN due.lapses OR due.ends_grace THEN 'expired'
            WHEN due.starts_period THEN 'active'
            ELSE due.status::text
        END::subscription_status AS status,
        CASE
            WHEN due.lapses AND due.status = 'active' AND due.grace_days > 0 THEN due.old_term_end + due.grace_days
            WHEN due.status = 'graced' AND NOT due.ends_grace AND NOT due.cancels THEN (
                SELECT same.grace_end FROM sub_billing AS same WHERE same.subscription_id = due.subscription_id
            )
        END AS grace_end,
        CASE WHEN due.next_change_known THEN (
            SELECT min(change.effective_on)
            FROM quantity_change AS change
            WHERE
                change.subscription_id = due.subscription_id
                AND change.applied_on IS NULL
                AND change.withdrawn_at IS NULL
        ) END AS next_change_on
    OFFSET 0  -- noqa: PRS
) AS moved
WHERE
    sub.subscription_id = due.subscription_id
    AND sub.version = due.version
    AND sub.subscription_id BETWEEN %(id_from)s AND %(id_to)s
