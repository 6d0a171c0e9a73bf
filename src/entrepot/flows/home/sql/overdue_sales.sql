-- Add up what buyers of a seller owe and owe too late, by currency.
-- seller bigint: the seller.
-- as_of date: last completed day; what was due before it is overdue.
-- Writes nothing.
SELECT
    account.currency,
    coalesce(sum(invoice.open_amount), 0) AS owing,
    coalesce(sum(invoice.open_amount) FILTER (WHERE invoice.due_on < %(as_of)s), 0) AS overdue,
    count(DISTINCT account.id) FILTER (WHERE invoice.due_on < %(as_of)s) AS accounts
FROM billing_account AS account
INNER JOIN invoice
    ON
        invoice.billing_account_id = account.id
        AND invoice.open_amount > 0
        AND invoice.issued_on <= %(as_of)s
WHERE account.seller_id = %(seller)s
GROUP BY 1
ORDER BY 1
