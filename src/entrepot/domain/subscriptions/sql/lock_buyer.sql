-- Keep a buyer as it is until the order is placed: what makes it a reseller waits, or is waited for.
-- customer_id bigint: the buyer.
-- Safe to repeat: it locks only. Orders of one buyer do not wait for each other here.
SELECT account.id
FROM account
WHERE account.id = %(customer_id)s
FOR KEY SHARE
