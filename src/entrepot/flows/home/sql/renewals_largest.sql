-- Find the dearest terms of an account's own sales that end up to a day.
-- seller bigint: the account that sells.
-- until date: last day, inclusive.
-- most bigint: how many rows.
-- Writes nothing. The price is that of the account's own tier.
SELECT
    subscription.id, subscription.customer_name, subscription.plan_name, subscription.quantity,
    subscription.auto_renew, subscription.term_end, money.currency, money.monthly_price
FROM subscription
INNER JOIN subscription_money AS money
    ON money.subscription_id = subscription.id AND money.seller_id = %(seller)s
WHERE
    subscription.seller_id = %(seller)s
    AND subscription.customer_id <> %(seller)s
    AND subscription.status = 'active'
    AND subscription.auto_renew IN (TRUE, FALSE)
    AND subscription.term_end <= %(until)s
ORDER BY money.monthly_price DESC, subscription.id
LIMIT %(most)s
