-- Tell how many units of the items of an account that supply a resource are free, in the order in which they are used.
-- Changes of units that were delivered count from their day on, before the run has applied them. What is ordered to go
--  away later counts as gone: nobody gets a unit that ends with the term.
-- account_id bigint: whose subscriptions
-- resource_ids bigint[]: the resource and all composite ones that hold it, the resource itself first
-- on_day date: today
-- Safe to repeat: it only reads.
SELECT
    item.id,
    item.subscription_id,
    item.resource_id,
    least(coalesce(present.quantity, item.quantity), later.quantity) - taken.seats AS free
FROM subscription AS sub
INNER JOIN subscription_item AS item ON item.subscription_id = sub.id
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
CROSS JOIN LATERAL (
    SELECT min(change.new_quantity) AS quantity
    FROM quantity_change AS change
    WHERE
        change.item_id = item.id
        AND change.applied_on IS NULL
        AND change.withdrawn_at IS NULL
        AND change.effective_on > %(on_day)s
) AS later
CROSS JOIN LATERAL (
    SELECT count(*) AS seats
    FROM seat
    WHERE seat.item_id = item.id
) AS taken
WHERE
    sub.customer_id = %(account_id)s
    AND sub.status IN ('trial', 'active', 'graced')
    AND NOT sub.admin_hold
    AND NOT sub.credit_hold
    AND item.resource_id = ANY(%(resource_ids)s::bigint[])
    AND NOT item.is_measured
ORDER BY array_position(%(resource_ids)s::bigint[], item.resource_id), item.subscription_id, item.id
