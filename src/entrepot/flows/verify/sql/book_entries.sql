-- Read every document, allocation and payment as one entry with its legs, in order of day.
-- seller_id bigint: the seller whose books are wanted; null for all.
-- Safe to repeat: it only reads. The leg on receivable or account credit comes from the document, the others from the
-- transfers, so that an entry balances only if both agree. Debits are positive.
SELECT
    entry.on_day,
    entry.entry_kind,
    entry.label,
    entry.billing_account_id,
    account.seller_id,
    account.buyer_id,
    account.currency,
    account.exponent,
    entry.legs
FROM (
    SELECT
        invoice.issued_on AS on_day,
        invoice.kind::text AS entry_kind,
        invoice.number_text AS label,
        invoice.billing_account_id,
        jsonb_build_object(
            CASE invoice.kind WHEN 'invoice' THEN 'receivable' ELSE 'account_credit' END, invoice.gross::text,
            'revenue', coalesce(posted.revenue, 0)::text,
            'tax', coalesce(posted.tax, 0)::text
        ) AS legs,
        1 AS place,
        invoice.id
    FROM invoice
    LEFT JOIN (
        SELECT
            leg.document_id,
            sum(leg.amount) FILTER (WHERE leg.account = 'revenue') AS revenue,
            sum(leg.amount) FILTER (WHERE leg.account = 'tax') AS tax
        FROM (
            SELECT transfer.document_id, transfer.debit AS account, transfer.amount FROM transfer
            WHERE transfer.cause IN ('invoice', 'credit_note')
            UNION ALL
            SELECT transfer.document_id, transfer.credit, -transfer.amount FROM transfer
            WHERE transfer.cause IN ('invoice', 'credit_note')
        ) AS leg
        GROUP BY leg.document_id
    ) AS posted ON posted.document_id = invoice.id
    UNION ALL
    SELECT
        transfer.posted_on,
        transfer.cause::text,
        coalesce(invoice.number_text, transfer.reference),
        transfer.billing_account_id,
        jsonb_build_object(transfer.debit::text, transfer.amount::text, transfer.credit::text, (-transfer.amount)::text),
        2,
        transfer.id
    FROM transfer
    LEFT JOIN invoice ON invoice.id = transfer.document_id
    WHERE transfer.cause NOT IN ('invoice', 'credit_note')
) AS entry
INNER JOIN billing_account AS account ON account.id = entry.billing_account_id
WHERE %(seller_id)s::bigint IS NULL OR account.seller_id = %(seller_id)s
ORDER BY entry.on_day, entry.place, entry.id
