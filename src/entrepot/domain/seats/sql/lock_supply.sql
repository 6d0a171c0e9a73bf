-- Lock the subscriptions of an account that supply a resource, so that nobody else hands their units out or reduces them.
-- account_id bigint: whose subscriptions
-- resource_ids bigint[]: the resource and all composite ones that hold it
-- Locks sub_billing, as everything does that changes units; count free units in a statement of its own afterwards.
-- Safe to repeat: it only reads.
SELECT billing.subscription_id
FROM sub_billing AS billing
INNER JOIN subscription AS sub ON sub.id = billing.subscription_id
WHERE
    sub.customer_id = %(account_id)s
    AND sub.status IN ('trial', 'active', 'graced')
    AND EXISTS (
        SELECT FROM subscription_item AS item
        WHERE
            item.subscription_id = sub.id
            AND item.resource_id = ANY(%(resource_ids)s::bigint[])
            AND NOT item.is_measured
    )
ORDER BY billing.subscription_id
FOR UPDATE OF billing
