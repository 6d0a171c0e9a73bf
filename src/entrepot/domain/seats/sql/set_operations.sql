-- Note which operation tells the vendor about each seat.
-- seat_ids bigint[]: the seats
-- operation_ids bigint[]: the operation of each
-- state text: the state of all of them from now on
-- at timestamptz: now
-- Writes seat.
-- Safe to repeat: it sets values.
UPDATE seat
SET
    operation_id = told.operation_id,
    state = %(state)s::seat_state,
    error = '',
    changed_at = %(at)s
FROM unnest(%(seat_ids)s::bigint[], %(operation_ids)s::bigint[]) AS told (seat_id, operation_id)
WHERE seat.id = told.seat_id
