-- Read what may keep accounts from ordering, the lowest first.
-- account_ids bigint[]: a customer and the sellers above it.
-- Safe to repeat: it reads.
SELECT
    account.id,
    account.admin_hold OR account.credit_hold,
    account.status::text
FROM account
WHERE account.id = any(%(account_ids)s)
ORDER BY account.depth DESC
