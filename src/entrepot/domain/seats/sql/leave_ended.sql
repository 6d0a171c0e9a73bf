-- Forget who used subscriptions that are cancelled or removed for good; what has expired may still be restarted.
-- Parameters: none.
-- Writes seat, seat_tally.
-- Safe to repeat: nothing is left the second time.
WITH removed AS (
    DELETE FROM seat
    USING subscription AS sub
    WHERE sub.id = seat.subscription_id AND sub.status IN ('cancelled', 'terminated')
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
