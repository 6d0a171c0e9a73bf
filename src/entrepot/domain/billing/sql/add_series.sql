-- Make the number series that the new documents need.
-- run_day date: the statement day; series are per calendar year.
-- Reads temp new_document.
-- Writes number_series.
-- Safe to repeat: a series exists once per seller, kind and year.
INSERT INTO number_series (seller_id, kind, year, prefix, last_number)
SELECT DISTINCT
    document.seller_id,
    document.kind,
    extract(YEAR FROM %(run_day)s::date)::smallint,
    coalesce(brand.document_prefix, 'S' || document.seller_id),
    0
FROM new_document AS document
LEFT JOIN brand ON brand.account_id = document.seller_id
ON CONFLICT (seller_id, kind, year) DO NOTHING
