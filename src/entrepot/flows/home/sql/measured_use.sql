-- Add up what was measured of some subscriptions' resources in the running period.
-- subscriptions bigint[]: the subscriptions; at most as many as a home page shows.
-- language text: the language of the unit.
-- Writes nothing.
SELECT
    item.subscription_id,
    resource.name,
    coalesce(resource.unit ->> %(language)s, resource.unit ->> 'en', '') AS unit,
    item.included * item.quantity AS included,
    coalesce(sum(used.quantity), 0) AS used
FROM subscription_item AS item
INNER JOIN sub_billing AS state ON state.subscription_id = item.subscription_id
INNER JOIN resource ON resource.id = item.resource_id
LEFT JOIN metered_usage AS used
    ON
        used.item_id = item.id
        AND used.on_day >= state.period_start
        AND used.on_day < state.period_end
WHERE item.subscription_id = ANY(%(subscriptions)s) AND item.is_measured
GROUP BY item.id, item.subscription_id, item.position, resource.id
ORDER BY item.subscription_id, item.position, item.id
