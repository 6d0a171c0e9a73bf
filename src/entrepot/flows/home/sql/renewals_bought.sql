-- Find the next terms of an account's own subscriptions that end up to a day.
-- customer bigint: the account that uses them.
-- until date: last day, inclusive.
-- most bigint: how many rows.
-- Writes nothing. The price is that of the sale to this account; its seller's cost is not read.
SELECT
    subscription.id, subscription.customer_name, subscription.plan_name, subscription.quantity,
    subscription.auto_renew, subscription.term_end, money.currency, money.monthly_price
FROM subscription
LEFT JOIN subscription_money AS money
    ON money.subscription_id = subscription.id AND money.seller_id = subscription.seller_id
WHERE
    subscription.customer_id = %(customer)s
    AND subscription.status = 'active'
    AND subscription.auto_renew IN (TRUE, FALSE)
    AND subscription.term_end <= %(until)s
ORDER BY subscription.term_end, subscription.id
LIMIT %(most)s
