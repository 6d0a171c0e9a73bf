-- Find the dearest terms of an account's own sales that end up to a day.
-- seller bigint: the account that sells.
-- until date: last day, inclusive.
-- most bigint: how many rows.
-- Writes nothing. The price is that of the account's own tier.
SELECT
    subscription.id, subscription.customer_name, subscription.plan_name, subscription.quantity,
    calendar.auto_renew, calendar.ends_on, money.currency, money.monthly_price
FROM term_calendar AS calendar
INNER JOIN subscription ON subscription.id = calendar.subscription_id
INNER JOIN subscription_money AS money
    ON money.subscription_id = subscription.id AND money.seller_id = %(seller)s
WHERE
    calendar.seller_id = %(seller)s
    AND calendar.customer_id <> %(seller)s
    AND calendar.auto_renew IN (TRUE, FALSE)
    AND calendar.ends_on <= %(until)s
ORDER BY money.monthly_price DESC, subscription.id
LIMIT %(most)s
