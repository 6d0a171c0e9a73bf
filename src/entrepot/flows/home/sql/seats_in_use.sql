-- Count who has units of some subscriptions' first resource that is not measured, and what its vendor says to be used.
-- subscriptions bigint[]: the subscriptions; at most as many as a home page shows.
-- Writes nothing.
SELECT
    item.subscription_id,
    item.resource_id,
    item.quantity,
    (
        SELECT coalesce(sum(tally.units), 0)
        FROM seat_tally AS tally
        WHERE tally.item_id = item.id
    ) AS assigned,
    used.used
FROM (
    SELECT DISTINCT ON (every.subscription_id) every.*
    FROM subscription_item AS every
    WHERE every.subscription_id = ANY(%(subscriptions)s) AND NOT every.is_measured
    ORDER BY every.subscription_id, every.position, every.id
) AS item
LEFT JOIN seat_use AS used ON used.item_id = item.id
ORDER BY item.subscription_id
