-- One provider, resellers (one in twenty below another one), customers spread over them with a skew.
-- subscriptions bigint: how many subscriptions the world has.
-- resellers bigint: how many resellers.
-- day date: the day that will be billed.
INSERT INTO account (
    id, tenant_id, kind, parent_id, path, depth, name, name_key, status, admin_hold, credit_hold, is_operating_unit,
    country, region, street, postal_code, city, tax_number, email, phone, language, currency, external_id, opened_on,
    version
)
SELECT
    1, 1, 'provider'::account_kind, NULL, '1.', 0, 'Bench Provider', 'bench provider', 'active'::account_status, FALSE, FALSE, FALSE,
    'DE', '', '', '', '', '', '', '', 'en', 'EUR', '', %(day)s::date - 400, 1
UNION ALL
SELECT
    1 + r,
    CASE WHEN r %% 20 = 0 THEN r ELSE 1 + r END,
    'reseller',
    CASE WHEN r %% 20 = 0 THEN r ELSE 1 END,
    CASE WHEN r %% 20 = 0 THEN '1.' || r || '.' || (1 + r) || '.' ELSE '1.' || (1 + r) || '.' END,
    CASE WHEN r %% 20 = 0 THEN 2 ELSE 1 END,
    'Reseller ' || lpad(r::text, 5, '0'), 'reseller ' || lpad(r::text, 5, '0'), 'active', FALSE, FALSE, FALSE,
    'DE', '', '', '', '', 'DE' || r, '', '', 'en', 'EUR', '', %(day)s::date - 400, 1
FROM generate_series(1, %(resellers)s) AS r
UNION ALL
SELECT
    1 + %(resellers)s + c,
    CASE WHEN owner.r %% 20 = 0 THEN owner.r ELSE 1 + owner.r END,
    'customer',
    1 + owner.r,
    CASE
        WHEN owner.r %% 20 = 0 THEN '1.' || owner.r || '.' || (1 + owner.r) || '.' ELSE '1.' || (1 + owner.r) || '.'
    END || (1 + %(resellers)s + c) || '.',
    CASE WHEN owner.r %% 20 = 0 THEN 3 ELSE 2 END,
    'Customer ' || lpad(c::text, 8, '0'), 'customer ' || lpad(c::text, 8, '0'), 'active', FALSE, FALSE, FALSE,
    'DE', '', '', '', '', '', '', '', 'en', 'EUR', '', %(day)s::date - 400, 1
FROM generate_series(1, greatest(1, %(subscriptions)s * 3 / 10)) AS c
CROSS JOIN LATERAL (
    -- A power of a hash: few resellers have many customers.
    SELECT 1 + floor(%(resellers)s * power(((hashint8(c) & 2147483647) / 2147483648.0), 2))::bigint AS r
) AS owner
