-- Mark the quantity changes of this event as applied and keep the quantity that they replaced.
-- run_day date: the day of the run.
-- Reads temp due_change.
-- Writes quantity_change.
-- Safe to repeat: an applied change is not picked again.
UPDATE quantity_change AS change
SET
    applied_on = %(run_day)s,
    old_quantity = taken.old_quantity
FROM due_change AS taken
WHERE change.id = taken.change_id
