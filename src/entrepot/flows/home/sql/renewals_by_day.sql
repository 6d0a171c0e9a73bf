-- Count the terms of an account's own sales that end up to a day, by that day and by what happens then.
-- seller bigint: the account that sells.
-- today date: terms whose end has passed, but whose run is still to come, count on this day.
-- until date: last day, inclusive.
-- Writes nothing. The rows are those of the list's views Expiring and To be renewed.
SELECT
    greatest(calendar.ends_on, %(today)s) AS day,
    count(*) FILTER (WHERE calendar.auto_renew) AS renewing,
    count(*) FILTER (WHERE NOT calendar.auto_renew) AS ending
FROM term_calendar AS calendar
WHERE
    calendar.seller_id = %(seller)s
    AND calendar.customer_id <> %(seller)s
    AND calendar.auto_renew IN (TRUE, FALSE)
    AND calendar.ends_on <= %(until)s
GROUP BY 1
ORDER BY 1
