-- Remove scheduled prices for which a later price list names another amount for the same first day.
-- price_ids bigint[]: the prices
-- today date: a price that starts on this day or before is in force or past, and stays
-- Writes catalog_price.
-- Safe to repeat: a removed price no longer matches.
DELETE FROM catalog_price AS price
WHERE
    price.id = any(%(price_ids)s::bigint[])
    AND price.valid_from > %(today)s::date
