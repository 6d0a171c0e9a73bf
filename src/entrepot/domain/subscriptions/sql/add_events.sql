-- Write what this event did into the history of the subscriptions; a plain further period is not worth a line.
-- Reads temp due, due_change.
-- Writes subscription_event.
-- Safe to repeat: a subscription moves on in the same transaction.
INSERT INTO subscription_event (tenant_id, subscription_id, on_day, kind, actor_name, facts)
SELECT
    due.tenant_id,
    due.subscription_id,
    due.event_on,
    CASE
        WHEN due.cancels THEN 'cancelled'
        WHEN due.lapses AND due.status = 'trial' THEN 'trial_ended'
        WHEN due.lapses THEN 'term_ended'
        WHEN due.ends_grace THEN 'grace_ended'
        WHEN due.status = 'trial' THEN 'trial_converted'
        WHEN due.old_start = due.old_end AND EXISTS (
            SELECT FROM term AS past
            WHERE past.subscription_id = due.subscription_id AND past.starts_on < due.period_start
        ) THEN 'restarted'
        WHEN due.old_start = due.old_end THEN 'started'
        ELSE 'renewed'
    END,
    '',
    jsonb_strip_nulls(jsonb_build_object(
        'term_end', CASE WHEN due.starts_term THEN due.term_end END,
        'refund', CASE WHEN due.cancels THEN due.cancel_refund END,
        'full', CASE WHEN due.cancels AND due.cancel_full THEN TRUE END,
        'account_held', CASE WHEN due.renewal_held THEN TRUE END
    ))
FROM due
WHERE due.cancels OR due.lapses OR due.ends_grace OR due.starts_term
UNION ALL
SELECT
    due.tenant_id,
    due.subscription_id,
    change.applies_on,
    'quantity_changed',
    '',
    jsonb_build_object('item', change.item_id, 'from', change.old_quantity, 'to', change.new_quantity)
FROM due_change AS change
INNER JOIN due ON due.subscription_id = change.subscription_id
