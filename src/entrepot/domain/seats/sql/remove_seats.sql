-- Take units from people whom no vendor has, and count them off.
-- seat_ids bigint[]: these seats, or null
-- operation_id bigint: and those that an operation of a vendor has released, or null
-- Writes seat, seat_tally.
-- Safe to repeat: what is gone is not counted again.
WITH removed AS (
    DELETE FROM seat
    WHERE
        seat.id = ANY(%(seat_ids)s::bigint[])
        OR (seat.operation_id = %(operation_id)s::bigint AND seat.state = 'releasing')
    RETURNING seat.tenant_id, seat.account_id, seat.item_id, seat.resource_id
)

INSERT INTO seat_tally (tenant_id, account_id, item_id, resource_id, units)
SELECT
    removed.tenant_id,
    removed.account_id,
    removed.item_id,
    removed.resource_id,
    -count(*)
FROM removed
GROUP BY removed.tenant_id, removed.account_id, removed.item_id, removed.resource_id
