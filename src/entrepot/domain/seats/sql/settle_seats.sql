-- Write what a vendor said of the people of one operation: done, or not for some of them.
-- operation_id bigint: the operation
-- done text: the state of those for whom it was done
-- not_done text: the state of those for whom it was not
-- failed_ids bigint[]: for whom it was not done
-- errors text[]: why, for each of them
-- at timestamptz: now
-- Writes seat.
-- Safe to repeat: it sets values.
UPDATE seat
SET
    state = CASE WHEN failed.user_id IS NULL THEN %(done)s ELSE %(not_done)s END::seat_state,
    error = coalesce(failed.error, ''),
    changed_at = %(at)s
FROM seat AS told
LEFT JOIN unnest(%(failed_ids)s::bigint[], %(errors)s::text[]) AS failed (user_id, error) ON failed.user_id = told.user_id
WHERE told.operation_id = %(operation_id)s AND seat.id = told.id
