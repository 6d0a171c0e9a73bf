-- Number and add the day's documents of a range of sellers.
-- run_day date: the issue day.
-- Reads temp new_document.
-- Writes invoice.
-- Safe to repeat: one document per statement day and billing account; numbers come from locked series.
INSERT INTO invoice (
    tenant_id, billing_account_id, seller_id, buyer_id, kind, year, number, number_text, statement_on, issued_on,
    due_on, currency, exponent, lines, list_amount, discount_amount, net, tax, gross, open_amount
)
SELECT
    document.tenant_id,
    document.billing_account_id,
    document.seller_id,
    document.buyer_id,
    document.kind,
    series.year,
    series.last_number + document.place,
    series.prefix || CASE document.kind WHEN 'credit_note' THEN '-CN-' ELSE '-' END || series.year || '-'
    || CASE
        WHEN series.last_number + document.place < 1000000 THEN lpad((series.last_number + document.place)::text, 6, '0')
        ELSE (series.last_number + document.place)::text
    END,
    document.statement_on,
    %(run_day)s,
    %(run_day)s::date + greatest(document.due_days - 1, 0),
    document.currency,
    document.exponent,
    document.lines,
    document.list_amount,
    document.discount_amount,
    document.net,
    document.tax,
    document.net + document.tax,
    greatest(document.net + document.tax, 0)
FROM new_document AS document
INNER JOIN number_series AS series
    ON
        series.seller_id = document.seller_id
        AND series.kind = document.kind
        AND series.year = extract(YEAR FROM %(run_day)s::date)
ORDER BY document.seller_id, document.kind, document.place
