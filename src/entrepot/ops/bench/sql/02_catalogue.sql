-- One tax zone and category, 100 plans of one vendor: seats, and on a fifth of the plans a measured resource beside them.
-- day date: the day that will be billed.
WITH zone AS (
    INSERT INTO tax_zone (id, code, name, country, region) VALUES (1, 'DE', 'Germany', 'DE', '') RETURNING id
),

category AS (
    INSERT INTO tax_category (id, code, name) VALUES (1, 'service', 'Service') RETURNING id
),

rule AS (
    INSERT INTO tax_rule (
        seller_zone_id, buyer_zone_id, category_id, buyer_registered, treatment, rate_ppm, label, valid_from
    )
    SELECT zone.id, zone.id, category.id, registered, 'standard'::tax_treatment, 190000, 'VAT 19%%', %(day)s::date - 1000
    FROM zone, category, (VALUES (TRUE), (FALSE)) AS both_kinds (registered)
),

maker AS (
    INSERT INTO vendor (id, code, name) VALUES (1, 'bench', 'Bench Vendor') RETURNING id
),

shelf AS (
    INSERT INTO sales_category (id, code, name, icon, position, display_in_customer_panel)
    VALUES (1, 'bench', '{}', 'package', 0, TRUE) RETURNING id
),

service AS (
    INSERT INTO service (id, vendor_id, code, name, icon)
    SELECT p, maker.id, 'service-' || p, 'Service ' || p, 'package' FROM generate_series(1, 100) AS p, maker
    RETURNING id
),

seat AS (
    INSERT INTO resource (id, service_id, code, name, unit, is_measured)
    SELECT p, p, 'seat-' || p, 'Seat', '{"en": "seat", "de": "Platz"}'::jsonb, FALSE FROM generate_series(1, 100) AS p
    UNION ALL
    SELECT 100 + p, p, 'storage-' || p, 'Storage', '{"en": "GB", "de": "GB"}'::jsonb, p %% 5 = 0
    FROM generate_series(1, 100) AS p
),

plan AS (
    INSERT INTO plan (
        id, service_id, sales_category_id, tax_category_id, name, description, product_code, sku_code, segment,
        is_usage, is_published
    )
    SELECT p, p, 1, 1, 'Plan ' || lpad(p::text, 3, '0'), '{}'::jsonb, 'P' || p, '0001', 'Commercial', FALSE, TRUE
    FROM generate_series(1, 100) AS p
),

period AS (
    INSERT INTO plan_period (
        id, plan_id, term_months, billing_months, trial_days, grace_days, refund, refund_days, is_active
    )
    SELECT p, p, 12, 1, 0, 0, 'prorated'::refund_policy, 7, TRUE FROM generate_series(1, 100) AS p
)

INSERT INTO catalog_price (
    plan_period_id, resource_id, kind, market, currency, unit_cost, retail_price, listed_cost, listed_retail, valid_from
)
SELECT
    p, resource.id, kind.kind, 'DE', 'EUR', price.cost, round(price.cost * 1.25, 2), price.cost,
    round(price.cost * 1.25, 2), %(day)s::date - 1000
FROM generate_series(1, 100) AS p
CROSS JOIN LATERAL (VALUES (p), (100 + p)) AS resource (id)
CROSS JOIN LATERAL (
    SELECT unnest(
        CASE WHEN resource.id > 100 AND p %% 5 = 0 THEN ARRAY['recurring', 'overuse'] ELSE ARRAY['recurring'] END
    )::price_kind AS kind
) AS kind
CROSS JOIN LATERAL (SELECT round((1 + p * 0.37)::numeric, 2) AS cost) AS price
