-- A customer gets some of the subscriptions that its seller has sold to others.
-- seller bigint: who sold them.
-- customer bigint: one of its customers; its chain has the tiers of the others.
-- kept bigint[]: customers who keep what they have.
-- bought bigint: how many become the customer's.
WITH picked AS (
    SELECT subscription.id
    FROM subscription
    WHERE subscription.seller_id = %(seller)s AND subscription.customer_id <> ALL(%(kept)s::bigint[])
    ORDER BY hashint8(subscription.id), subscription.id
    LIMIT %(bought)s
),

moved AS (
    UPDATE subscription
    SET
        customer_id = buyer.id,
        customer_path = buyer.path,
        customer_name = buyer.name,
        chain_id = buyer.id,
        search_text = lower(buyer.name) || ' plan ' || subscription.plan_id || ' sub-' || subscription.id
    FROM picked
    INNER JOIN account AS buyer ON buyer.id = %(customer)s
    WHERE subscription.id = picked.id
    RETURNING subscription.id, buyer.id AS buyer_id
),

calendar AS (
    UPDATE term_calendar
    SET customer_id = moved.buyer_id
    FROM moved
    WHERE term_calendar.subscription_id = moved.id
)

UPDATE sub_billing
SET customer_id = moved.buyer_id, chain_id = moved.buyer_id
FROM moved
WHERE sub_billing.subscription_id = moved.id
