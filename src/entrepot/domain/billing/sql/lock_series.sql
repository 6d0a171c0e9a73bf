-- Lock the number series of the new documents, in one order for everybody.
-- run_day date: the statement day.
-- Reads temp new_document.
-- Safe to repeat: locks end with the transaction.
-- Sellers are few and documents many: they are reduced first, or each series would be looked for among all documents.
SELECT series.id
FROM number_series AS series
INNER JOIN (
    SELECT DISTINCT
        document.seller_id,
        document.kind
    FROM new_document AS document
) AS wanted ON wanted.seller_id = series.seller_id AND wanted.kind = series.kind
WHERE series.year = extract(YEAR FROM %(run_day)s::date)
ORDER BY series.id
FOR UPDATE OF series
