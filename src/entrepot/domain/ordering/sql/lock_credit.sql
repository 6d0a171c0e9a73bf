-- Lock the account on which a buyer is billed and read its credit limit: one at a time decides for one account.
-- billing_account_id bigint: the account.
-- Safe to repeat: it locks and reads.
SELECT account.credit_limit
FROM billing_account AS account
WHERE account.id = %(billing_account_id)s
FOR NO KEY UPDATE
