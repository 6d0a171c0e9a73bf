-- Count the terms of an account's own sales that end up to a day, by that day and by what happens then.
-- seller bigint: the account that sells.
-- today date: terms whose end has passed, but whose run is still to come, count on this day.
-- until date: last day, inclusive.
-- Writes nothing. The rows are those of the list's views Expiring and To be renewed.
SELECT
    greatest(subscription.term_end, %(today)s) AS day,
    count(*) FILTER (WHERE subscription.auto_renew) AS renewing,
    count(*) FILTER (WHERE NOT subscription.auto_renew) AS ending
FROM subscription
WHERE
    subscription.seller_id = %(seller)s
    AND subscription.customer_id <> %(seller)s
    AND subscription.status = 'active'
    AND subscription.auto_renew IN (TRUE, FALSE)
    AND subscription.term_end <= %(until)s
GROUP BY 1
ORDER BY 1
