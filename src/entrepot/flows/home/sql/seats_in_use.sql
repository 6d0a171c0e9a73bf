-- Count who has units of some subscriptions' first resource that is not measured, and what its vendor says to be used.
-- subscriptions bigint[]: the subscriptions; at most as many as a home page shows.
-- on_day date: today; changes of units that were delivered count from their day on, as in the list of services.
-- Writes nothing.
SELECT
    item.subscription_id,
    item.resource_id,
    coalesce(present.quantity, item.quantity),
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
LEFT JOIN LATERAL (
    SELECT change.new_quantity AS quantity
    FROM quantity_change AS change
    WHERE
        change.item_id = item.id
        AND change.applied_on IS NULL
        AND change.withdrawn_at IS NULL
        AND change.effective_on <= %(on_day)s
    ORDER BY change.effective_on DESC, change.id DESC
    LIMIT 1
) AS present ON true
LEFT JOIN seat_use AS used ON used.item_id = item.id
ORDER BY item.subscription_id
