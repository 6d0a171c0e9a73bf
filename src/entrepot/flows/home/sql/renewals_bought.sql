-- Find the next terms of an account's own subscriptions that end up to a day.
-- customer bigint: the account that uses them.
-- until date: last day, inclusive.
-- most bigint: how many rows.
-- Writes nothing. The price is that of the sale to this account; its seller's cost is not read.
SELECT
    subscription.id, subscription.customer_name, subscription.plan_name, subscription.quantity,
    calendar.auto_renew, calendar.ends_on, money.currency, money.monthly_price
FROM term_calendar AS calendar
INNER JOIN subscription ON subscription.id = calendar.subscription_id
LEFT JOIN subscription_money AS money
    ON money.subscription_id = subscription.id AND money.seller_id = subscription.seller_id
WHERE
    calendar.customer_id = %(customer)s
    AND calendar.auto_renew IN (TRUE, FALSE)
    AND calendar.ends_on <= %(until)s
ORDER BY calendar.ends_on, calendar.subscription_id
LIMIT %(most)s
