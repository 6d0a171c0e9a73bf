-- Take the open quantity changes that take effect with the events of the due subscriptions.
-- Temp: due_change (change_id bigint, subscription_id bigint, item_id bigint, applies_on date,
--  old_quantity numeric, new_quantity numeric, is_last boolean, is_charged boolean);
-- Reads temp due.
-- Safe to repeat: it fills a temporary table. Rule 1 of docs/billing.md section 3.
INSERT INTO due_change
SELECT
    change.id,
    change.subscription_id,
    change.item_id,
    greatest(change.effective_on, due.old_start),
    coalesce(lag(change.new_quantity) OVER by_item, item.quantity),
    change.new_quantity,
    lead(change.id) OVER by_item IS NULL,
    due.status = 'active'
    AND due.old_start < due.old_end
    AND due.event_on < due.old_end
    AND change.new_quantity <> coalesce(lag(change.new_quantity) OVER by_item, item.quantity)
FROM due
INNER JOIN quantity_change AS change
    ON
        change.subscription_id = due.subscription_id
        AND change.effective_on <= due.event_on
        AND change.applied_on IS NULL
        AND change.withdrawn_at IS NULL
INNER JOIN subscription_item AS item ON item.id = change.item_id
WHERE
    due.has_changes
    AND NOT (due.cancels AND greatest(change.effective_on, due.old_start) >= due.cancel_on)
WINDOW by_item AS (PARTITION BY change.item_id ORDER BY change.effective_on, change.id)
