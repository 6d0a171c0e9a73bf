-- Add up the documents that a seller issued, by month and currency.
-- seller bigint: the seller.
-- since date: first day, inclusive.
-- until date: last completed day, inclusive.
-- most bigint: how many documents are read at most, newest first.
-- Writes nothing. The oldest month is incomplete when as many documents as allowed were read.
SELECT date_trunc('month', found.issued_on)::date AS month, found.currency, count(*) AS documents, sum(found.net) AS net
FROM (
    SELECT invoice.issued_on, invoice.currency, invoice.net
    FROM invoice
    WHERE
        invoice.seller_id = %(seller)s
        AND invoice.issued_on >= %(since)s
        AND invoice.issued_on <= %(until)s
    ORDER BY invoice.issued_on DESC, invoice.id DESC
    LIMIT %(most)s
) AS found
GROUP BY 1, 2
ORDER BY 1, 2
