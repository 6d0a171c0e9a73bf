-- Count, for prices of the catalogue, the running subscriptions on them and their units today.
-- price_ids bigint[]: the prices; one row for each that any subscription is on
-- Reads catalog_price, chain, subscription, subscription_item.
-- Safe to repeat: it reads. A subscription that is going to end is not repriced any more and does not count.
SELECT
    price.id,
    count(DISTINCT subscription.id),
    sum(item.quantity)
FROM catalog_price AS price
INNER JOIN subscription
    ON
        subscription.plan_period_id = price.plan_period_id
        AND subscription.status IN ('trial', 'active', 'graced')
        AND subscription.cancel_on IS NULL
INNER JOIN chain
    ON
        chain.tenant_id = subscription.tenant_id
        AND chain.id = subscription.chain_id
        AND chain.market = price.market
INNER JOIN subscription_item AS item
    ON
        item.tenant_id = subscription.tenant_id
        AND item.subscription_id = subscription.id
        AND item.resource_id = price.resource_id
WHERE price.id = any(%(price_ids)s::bigint[])
GROUP BY price.id
