-- A billing account for every reseller and customer, a chain for every customer, margin rules for every seller.
-- day date: the day that will be billed.
WITH pair AS (
    SELECT id AS buyer_id, tenant_id, parent_id AS seller_id, path, depth, kind FROM account WHERE parent_id IS NOT NULL
),

rules AS (
    INSERT INTO margin_rule (seller_id, basis, percent_ppm, valid_from)
    SELECT id, 'cost'::margin_basis, CASE kind WHEN 'provider' THEN 80000 ELSE 125000 END, %(day)s::date - 1000
    FROM account WHERE kind <> 'customer'
),

money AS (
    INSERT INTO billing_account (
        id, tenant_id, seller_id, buyer_id, currency, exponent, statement_day, due_days, grace_days, hold_mode,
        bill_on_hold, suspend_on_hold, tax_rounding, seller_zone_id, buyer_zone_id, buyer_registered, opened_on
    )
    SELECT
        buyer_id, tenant_id, seller_id, buyer_id, 'EUR', 2, 0, 30, 14, 'automatic'::hold_mode, TRUE, FALSE,
        (CASE WHEN buyer_id %% 2 = 0 THEN 'group' ELSE 'line' END)::tax_rounding, 1, 1, kind = 'reseller',
        %(day)s::date - 400
    FROM pair
),

way AS (
    INSERT INTO chain (id, tenant_id, customer_id, market, tiers)
    SELECT buyer_id, tenant_id, buyer_id, 'DE', depth FROM pair WHERE kind = 'customer'
)

INSERT INTO chain_link (tenant_id, chain_id, tier, billing_account_id, seller_id)
SELECT
    pair.tenant_id,
    pair.buyer_id,
    tier,
    split_part(pair.path, '.', tier + 1)::bigint,
    split_part(pair.path, '.', tier)::bigint
FROM pair
CROSS JOIN LATERAL generate_series(1, pair.depth) AS tier
WHERE pair.kind = 'customer'
