-- Lock the number series of the new documents, in one order for everybody.
-- run_day date: the statement day.
-- Reads temp new_document.
-- Safe to repeat: locks end with the transaction.
SELECT series.id
FROM number_series AS series
WHERE
    series.year = extract(YEAR FROM %(run_day)s::date)
    AND (series.seller_id, series.kind) IN (SELECT document.seller_id, document.kind FROM new_document AS document)
ORDER BY series.id
FOR UPDATE
