-- Add up what an account earns and pays a month now for running subscriptions, by currency and shelf.
-- seller bigint: the account whose own tier is added up.
-- path text: prefix of the paths of the accounts below it, with a percent sign.
-- language text: the language of the shelves' names.
-- Writes nothing. Only the account's own tier is read, so no other seller's money can appear.
-- Its own customers and those of sub-resellers are asked apart, and plans afterwards: for all of it together the planner
--  expects one row.
WITH sold AS MATERIALIZED (
    SELECT
        TRUE AS is_direct, money.currency, subscription.plan_id, count(*) AS subscriptions,
        sum(money.monthly_price) AS price, sum(money.monthly_cost) AS cost
    FROM subscription
    INNER JOIN subscription_money AS money
        ON money.subscription_id = subscription.id AND money.seller_id = %(seller)s
    WHERE
        subscription.seller_id = %(seller)s
        AND subscription.status = 'active'
        AND subscription.customer_id <> %(seller)s
    GROUP BY 3, 2
    UNION ALL
    SELECT
        FALSE, money.currency, subscription.plan_id, count(*),
        sum(money.monthly_price), sum(money.monthly_cost)
    FROM account AS seller
    INNER JOIN subscription
        ON
            subscription.seller_id = seller.id
            AND subscription.status = 'active'
            AND subscription.customer_id <> %(seller)s
    INNER JOIN subscription_money AS money
        ON money.subscription_id = subscription.id AND money.seller_id = %(seller)s
    WHERE
        seller.path LIKE %(path)s
        AND seller.id <> %(seller)s
        AND seller.kind IN ('provider', 'reseller')
    GROUP BY 3, 2
)

SELECT
    sold.is_direct,
    sold.currency,
    coalesce(shelf.name ->> %(language)s, shelf.name ->> 'en', shelf.code, '') AS shelf,
    sum(sold.subscriptions)::bigint AS subscriptions,
    sum(sold.price) AS price,
    sum(sold.cost) AS cost
FROM sold
INNER JOIN plan ON plan.id = sold.plan_id
LEFT JOIN sales_category AS shelf ON shelf.id = plan.sales_category_id
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
