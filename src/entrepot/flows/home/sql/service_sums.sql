-- Count the services that an account uses and add up what it pays for them a month, by currency.
-- customer bigint: the account that uses them.
-- Writes nothing. Trials cost nothing yet and are not added up.
SELECT
    money.currency,
    count(*) AS services,
    coalesce(sum(money.monthly_price) FILTER (WHERE subscription.status = 'active'), 0) AS price
FROM subscription
LEFT JOIN subscription_money AS money
    ON money.subscription_id = subscription.id AND money.seller_id = subscription.seller_id
WHERE
    subscription.customer_id = %(customer)s
    AND subscription.status IN ('trial', 'active', 'graced')
GROUP BY 1
ORDER BY 1
