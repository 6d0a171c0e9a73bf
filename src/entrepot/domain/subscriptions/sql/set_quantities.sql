-- Give items the quantity of the last change of this event.
-- Reads temp due_change.
-- Writes subscription_item.
-- Safe to repeat: it sets a value.
UPDATE subscription_item AS item
SET quantity = change.new_quantity
FROM due_change AS change
WHERE item.id = change.item_id AND change.is_last
