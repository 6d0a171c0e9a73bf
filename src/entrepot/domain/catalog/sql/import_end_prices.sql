-- Close the prices that a price list replaces or ends.
-- price_ids bigint[]: the prices
-- ends_on date[]: the first day on which each no longer holds, in the same order
-- Writes catalog_price.
-- Safe to repeat: it sets the same day again.
UPDATE catalog_price AS price
SET valid_to = ending.ends_on
FROM unnest(%(price_ids)s::bigint[], %(ends_on)s::date[]) AS ending (price_id, ends_on)
WHERE price.id = ending.price_id
