-- Add the publishers of a price list that are not vendors yet.
-- Temp: import_row (product_code text, sku_code text, segment text, plan_name text, service_name text,
--  vendor_code text, vendor_name text, description text, unit jsonb, term_months smallint, billing_months smallint,
--  market text, currency text, unit_cost numeric, retail_price numeric, listed_cost numeric, listed_retail numeric,
--  valid_from date, valid_to date);
-- Writes vendor.
-- Safe to repeat: a vendor's code is unique.
INSERT INTO vendor (code, name)
SELECT DISTINCT ON (fresh.vendor_code)
    fresh.vendor_code,
    fresh.vendor_name
FROM import_row AS fresh
ORDER BY
    fresh.vendor_code,
    fresh.vendor_name
ON CONFLICT (code) DO NOTHING
