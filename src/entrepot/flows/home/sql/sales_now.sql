-- Add up what an account earns and pays a month now for running subscriptions, by currency and shelf.
-- seller bigint: the account whose own tier is added up.
-- path text: prefix of the paths of the accounts below it, with a percent sign.
-- language text: the language of the shelves' names.
-- Writes nothing. Only the account's own tier is read, so no other seller's money can appear.
SELECT
    subscription.seller_id = %(seller)s AS is_direct,
    money.currency,
    coalesce(shelf.name ->> %(language)s, shelf.name ->> 'en', shelf.code, '') AS shelf,
    count(*) AS subscriptions,
    sum(money.monthly_price) AS price,
    sum(money.monthly_cost) AS cost
FROM account AS seller
INNER JOIN subscription
    ON
        subscription.seller_id = seller.id
        AND subscription.status = 'active'
        AND subscription.customer_id <> %(seller)s
INNER JOIN subscription_money AS money
    ON money.subscription_id = subscription.id AND money.seller_id = %(seller)s
INNER JOIN plan ON plan.id = subscription.plan_id
LEFT JOIN sales_category AS shelf ON shelf.id = plan.sales_category_id
WHERE
    seller.path LIKE %(path)s
    AND seller.kind IN ('provider', 'reseller')
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
