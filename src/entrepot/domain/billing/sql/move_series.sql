-- Move the number series past the numbers that were given.
-- run_day date: the statement day.
-- Reads temp new_document.
-- Writes number_series.
-- Safe to repeat: it commits with the documents that use the numbers.
UPDATE number_series AS series
SET last_number = series.last_number + given.documents
FROM (
    SELECT
        document.seller_id,
        document.kind,
        count(*) AS documents
    FROM new_document AS document
    GROUP BY document.seller_id, document.kind
) AS given
WHERE
    series.seller_id = given.seller_id
    AND series.kind = given.kind
    AND series.year = extract(YEAR FROM %(run_day)s::date)
