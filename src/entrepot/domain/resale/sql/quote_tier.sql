-- Work out one tier's prices for the wanted terms: the seller's own price, else its narrowest margin rule.
-- tier smallint: the tier to quote; tier 1 stands on the catalogue, every other tier on the one before it.
-- Temp: quote (chain_id bigint, plan_period_id bigint, resource_id bigint, on_day date, tier smallint,
--  kind price_kind, model price_model, level smallint, lower_limit numeric, upper_limit numeric, unit_price numeric, unit_cost numeric, retail_price numeric, retail_currency text, currency text,
--  catalog_price_id bigint, seller_price_id bigint, margin_rule_id bigint, exchange_rate numeric, problem text);
-- Reads temp price_wanted.
-- Safe to repeat: it fills a temporary table. Rule 8 of docs/billing.md section 3.
-- A price with levels has a row for each; margins make every level's price, and an own price does not stand in for them.
INSERT INTO quote
SELECT
    wanted.chain_id,
    wanted.plan_period_id,
    wanted.resource_id,
    wanted.on_day,
    link.tier,
    kind.kind,
    coalesce(upstream.model, 'flat'),
    coalesce(upstream.level, 0),
    coalesce(upstream.lower_limit, 0),
    upstream.upper_limit,
    CASE
        WHEN own.id IS NOT NULL THEN own.unit_price
        WHEN kind.kind = 'usage' THEN round(basis.amount * (1000000 + rule.percent_ppm) / 1000000, 12)
        ELSE round(
            basis.amount * (1000000 + rule.percent_ppm) / 1000000,
            coalesce(rule.digits, account.exponent)::integer
        )
    END,
    round(coalesce(upstream.cost, 0) * rate.factor, 12),
    upstream.retail,
    upstream.retail_currency,
    account.currency,
    upstream.catalog_price_id,
    own.id,
    CASE WHEN own.id IS NULL THEN rule.id END,
    CASE WHEN rate.is_needed THEN rate.factor END,
    CASE
        WHEN rate.factor IS NULL OR (rule.basis = 'retail' AND own.id IS NULL AND retail_rate.factor IS NULL)
            THEN 'no_exchange_rate'
        WHEN own.id IS NULL AND rule.id IS NULL THEN 'no_price'
    END
FROM price_wanted AS wanted
INNER JOIN chain_link AS link ON link.chain_id = wanted.chain_id AND link.tier = %(tier)s
INNER JOIN billing_account AS account ON account.id = link.billing_account_id
CROSS JOIN LATERAL (
    -- The category that the seller shows the plan in: its own value, else the nearest one above it, else the plan's.
    SELECT coalesce(
        (
            SELECT own.sales_category_id
            FROM chain_link AS above
            INNER JOIN plan_own AS own ON own.account_id = above.seller_id AND own.plan_id = wanted.plan_id
            WHERE
                above.chain_id = wanted.chain_id
                AND above.tier <= link.tier
                AND own.sales_category_id IS NOT NULL
            ORDER BY above.tier DESC
            LIMIT 1
        ),
        wanted.sales_category_id
    ) AS category_id
    OFFSET 0  -- noqa: PRS
) AS shelf
CROSS JOIN unnest(enum_range(NULL::price_kind)) AS kind (kind)
LEFT JOIN (
    SELECT
        start.chain_id,
        start.plan_period_id,
        start.resource_id,
        start.on_day,
        found.kind,
        found.model,
        (row_number() OVER levels - 1)::smallint AS level,
        found.lower_limit,
        lead(found.lower_limit) OVER levels AS upper_limit,
        found.unit_cost AS cost,
        found.retail_price AS retail,
        found.currency::text AS retail_currency,
        found.currency::text AS currency,
        found.id AS catalog_price_id
    FROM price_wanted AS start
    INNER JOIN catalog_price AS found
        ON
            found.plan_period_id = start.plan_period_id
            AND found.resource_id = start.resource_id
            AND found.market = start.market
            AND found.kind <> 'usage'
            AND found.valid_from <= start.on_day
            AND (found.valid_to IS NULL OR found.valid_to > start.on_day)
    WHERE %(tier)s = 1
    WINDOW levels AS (
        PARTITION BY start.chain_id, start.plan_period_id, start.resource_id, start.on_day, found.kind
        ORDER BY found.lower_limit
    )
    UNION ALL
    SELECT
        start.chain_id,
        start.plan_period_id,
        start.resource_id,
        start.on_day,
        'usage'::price_kind,
        'flat',
        0,
        0,
        NULL,
        1,
        NULL,
        NULL,
        NULL,
        NULL
    FROM price_wanted AS start
    WHERE %(tier)s = 1 AND start.is_usage
    UNION ALL
    SELECT
        below.chain_id,
        below.plan_period_id,
        below.resource_id,
        below.on_day,
        below.kind,
        below.model,
        below.level,
        below.lower_limit,
        below.upper_limit,
        below.unit_price,
        below.retail_price,
        below.retail_currency,
        below.currency,
        below.catalog_price_id
    FROM quote AS below
    WHERE below.tier = %(tier)s - 1
) AS upstream
    ON
        upstream.chain_id = wanted.chain_id
        AND upstream.plan_period_id = wanted.plan_period_id
        AND upstream.resource_id = wanted.resource_id
        AND upstream.on_day = wanted.on_day
        AND upstream.kind = kind.kind
LEFT JOIN seller_price AS own
    ON
        own.seller_id = link.seller_id
        AND own.plan_period_id = wanted.plan_period_id
        AND own.resource_id = wanted.resource_id
        AND own.kind = kind.kind
        AND own.currency = account.currency
        AND coalesce(upstream.model, 'flat') = 'flat'
        AND own.valid_from <= wanted.on_day
        AND (own.valid_to IS NULL OR own.valid_to > wanted.on_day)
CROSS JOIN LATERAL (
    SELECT
        kind.kind <> 'usage' AND upstream.currency <> account.currency AS is_needed,
        CASE
            WHEN kind.kind = 'usage' OR upstream.currency IS NULL OR upstream.currency = account.currency THEN 1
            ELSE (
                SELECT dated.rate
                FROM exchange_rate AS dated
                WHERE
                    dated.from_currency = upstream.currency
                    AND dated.to_currency = account.currency
                    AND dated.on_date <= wanted.on_day
                ORDER BY dated.on_date DESC
                LIMIT 1
            )
        END AS factor
) AS rate
LEFT JOIN LATERAL (
    SELECT
        margin.id,
        margin.basis,
        margin.percent_ppm,
        margin.digits
    FROM margin_rule AS margin
    WHERE
        margin.seller_id = link.seller_id
        AND margin.valid_from <= wanted.on_day
        AND (margin.valid_to IS NULL OR margin.valid_to > wanted.on_day)
        AND (margin.plan_id IS NULL OR margin.plan_id = wanted.plan_id)
        AND (margin.sales_category_id IS NULL OR margin.sales_category_id = shelf.category_id)
        AND (margin.vendor_id IS NULL OR margin.vendor_id = wanted.vendor_id)
        AND (margin.basis = 'cost' OR upstream.retail IS NOT NULL)
    ORDER BY
        margin.plan_id IS NULL,
        margin.sales_category_id IS NULL,
        margin.vendor_id IS NULL,
        margin.valid_from DESC,
        margin.id DESC
    LIMIT 1
) AS rule ON TRUE
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN upstream.retail_currency IS NULL OR upstream.retail_currency = account.currency THEN 1
        WHEN rule.basis = 'retail' THEN (
            SELECT dated.rate
            FROM exchange_rate AS dated
            WHERE
                dated.from_currency = upstream.retail_currency
                AND dated.to_currency = account.currency
                AND dated.on_date <= wanted.on_day
            ORDER BY dated.on_date DESC
            LIMIT 1
        )
    END AS factor
) AS retail_rate
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN rule.basis = 'retail' THEN upstream.retail * retail_rate.factor
        ELSE upstream.cost * rate.factor
    END AS amount
) AS basis
WHERE upstream.cost IS NOT NULL OR own.id IS NOT NULL
