-- Take the items of the due subscriptions with their quantity before and after this event's changes.
-- id_from bigint: smallest subscription id of the chunk, inclusive; bounds keep the cost with the chunk, not the table.
-- id_to bigint: largest subscription id of the chunk, inclusive.
-- Temp: due_item (item_id bigint, subscription_id bigint, resource_id bigint, old_quantity numeric, quantity numeric,
--  included numeric, is_measured boolean);
-- Reads temp due, due_change.
-- Safe to repeat: it fills a temporary table.
INSERT INTO due_item
SELECT
    item.id,
    item.subscription_id,
    item.resource_id,
    item.quantity,
    coalesce(change.new_quantity, item.quantity),
    item.included,
    item.is_measured
FROM due
INNER JOIN subscription_item AS item ON item.subscription_id = due.subscription_id
LEFT JOIN due_change AS change ON change.item_id = item.id AND change.is_last
WHERE item.subscription_id BETWEEN %(id_from)s AND %(id_to)s
