-- Read what the books must come to: stored balances, and net and tax of the documents by seller and currency.
-- seller_id bigint: the seller whose books are wanted; null for all.
-- Safe to repeat: it only reads. Debits are positive.
SELECT
    account.seller_id,
    account.buyer_id,
    account.id AS billing_account_id,
    account.currency,
    account.exponent,
    side.ledger_account,
    side.amount
FROM balance
INNER JOIN billing_account AS account ON account.id = balance.billing_account_id
CROSS JOIN LATERAL (
    VALUES ('receivable', balance.receivable), ('account_credit', -balance.account_credit)
) AS side (ledger_account, amount)
WHERE %(seller_id)s::bigint IS NULL OR account.seller_id = %(seller_id)s
UNION ALL
SELECT
    invoice.seller_id,
    NULL,
    NULL,
    invoice.currency,
    invoice.exponent,
    side.ledger_account,
    sum(side.amount)
FROM invoice
CROSS JOIN LATERAL (VALUES ('revenue', -invoice.net), ('tax', -invoice.tax)) AS side (ledger_account, amount)
WHERE %(seller_id)s::bigint IS NULL OR invoice.seller_id = %(seller_id)s
GROUP BY invoice.seller_id, invoice.currency, invoice.exponent, side.ledger_account
ORDER BY 1, 4, 2 NULLS LAST, 3, 6
