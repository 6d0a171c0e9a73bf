-- Rate usage lines: what each subscription, SKU, month of use and tier used, cost and amounts to.
-- Common subset of SQL without placeholders: the same text gives the same digits on DuckDB and
-- PostgreSQL. Parameters are relations:
-- usage_line: the lines of the stored files (see usage_line.sql).
-- valid_source (provider_name, sub_account_id, billing_month, import_id): which import counts.
-- rated_month (charge_month): the months of use to rate.
-- subscription_map (provider_name, sub_account_id, subscription_id).
-- tier_rule (subscription_id, tier, seller_id, cost_currency, factor, currency).
-- sku_price (seller_id, provider_name, sku_id, pricing_unit, currency, lower_limit, unit_price).
-- Writes nothing. Rounding, half away from zero, has two named places, both at twelve decimals:
-- the product of a price or factor, and the cost or quantity that goes into it. Amounts are not
-- rounded to a currency here.
WITH used AS (
    SELECT
        m.subscription_id AS subscription_id,
        l.provider_name AS provider_name,
        l.sku_id AS sku_id,
        l.pricing_unit AS pricing_unit,
        l.charge_month AS charge_month,
        l.billing_currency AS cost_currency,
        MIN(l.service_name) AS service_name,
        COUNT(*) AS line_count,
        CAST(SUM(l.pricing_quantity) AS DECIMAL(38, 15)) AS quantity,
        CAST(SUM(l.billed_cost) AS DECIMAL(38, 15)) AS cost
    FROM usage_line AS l
    INNER JOIN valid_source AS s
        ON
            l.provider_name = s.provider_name
            AND l.sub_account_id = s.sub_account_id
            AND l.billing_month = s.billing_month
            AND l.import_id = s.import_id
    INNER JOIN rated_month AS r ON l.charge_month = r.charge_month
    INNER JOIN subscription_map AS m
        ON
            l.provider_name = m.provider_name
            AND l.sub_account_id = m.sub_account_id
    GROUP BY
        m.subscription_id,
        l.provider_name,
        l.sku_id,
        l.pricing_unit,
        l.charge_month,
        l.billing_currency
),

band AS (
    SELECT
        p.seller_id AS seller_id,
        p.provider_name AS provider_name,
        p.sku_id AS sku_id,
        p.pricing_unit AS pricing_unit,
        p.currency AS currency,
        p.unit_price AS unit_price,
        p.lower_limit AS lower_limit,
        LEAD(p.lower_limit) OVER (
            PARTITION BY p.seller_id, p.provider_name, p.sku_id, p.pricing_unit, p.currency
            ORDER BY p.lower_limit
        ) AS upper_limit
    FROM sku_price AS p
),

-- A quantity below zero (more was credited than used) takes the price of the first band.
in_band AS (
    SELECT
        u.subscription_id AS subscription_id,
        u.provider_name AS provider_name,
        u.sku_id AS sku_id,
        u.pricing_unit AS pricing_unit,
        u.charge_month AS charge_month,
        t.tier AS tier,
        b.unit_price AS unit_price,
        CASE
            WHEN u.quantity < 0 AND b.lower_limit = 0 THEN u.quantity
            WHEN u.quantity <= b.lower_limit THEN 0
            WHEN b.upper_limit IS NOT NULL AND u.quantity > b.upper_limit
                THEN b.upper_limit - b.lower_limit
            ELSE u.quantity - b.lower_limit
        END AS quantity
    FROM used AS u
    INNER JOIN tier_rule AS t
        ON
            u.subscription_id = t.subscription_id
            AND u.cost_currency = t.cost_currency
    INNER JOIN band AS b
        ON
            t.seller_id = b.seller_id
            AND t.currency = b.currency
            AND u.provider_name = b.provider_name
            AND u.sku_id = b.sku_id
            AND u.pricing_unit = b.pricing_unit
),

own_price AS (
    SELECT
        i.subscription_id AS subscription_id,
        i.provider_name AS provider_name,
        i.sku_id AS sku_id,
        i.pricing_unit AS pricing_unit,
        i.charge_month AS charge_month,
        i.tier AS tier,
        CAST(
            SUM(CAST(CAST(i.quantity AS DECIMAL(25, 12)) * i.unit_price AS DECIMAL(38, 12)))
            AS DECIMAL(38, 12)
        ) AS amount
    FROM in_band AS i
    GROUP BY
        i.subscription_id,
        i.provider_name,
        i.sku_id,
        i.pricing_unit,
        i.charge_month,
        i.tier
),

priced AS (
    SELECT
        u.subscription_id AS subscription_id,
        u.sku_id AS sku_id,
        u.charge_month AS charge_month,
        t.tier AS tier,
        t.currency AS currency,
        u.cost_currency AS cost_currency,
        u.pricing_unit AS pricing_unit,
        u.service_name AS service_name,
        u.line_count AS line_count,
        u.quantity AS quantity,
        u.cost AS cost,
        CASE
            WHEN o.amount IS NULL
                THEN CAST(CAST(u.cost AS DECIMAL(25, 12)) * t.factor AS DECIMAL(38, 12))
            ELSE o.amount
        END AS amount
    FROM used AS u
    INNER JOIN tier_rule AS t
        ON
            u.subscription_id = t.subscription_id
            AND u.cost_currency = t.cost_currency
    LEFT JOIN own_price AS o
        ON
            u.subscription_id = o.subscription_id
            AND u.provider_name = o.provider_name
            AND u.sku_id = o.sku_id
            AND u.pricing_unit = o.pricing_unit
            AND u.charge_month = o.charge_month
            AND t.tier = o.tier
)

SELECT
    p.subscription_id AS subscription_id,
    p.sku_id AS sku_id,
    p.charge_month AS charge_month,
    p.tier AS tier,
    p.currency AS currency,
    p.cost_currency AS cost_currency,
    MIN(p.service_name) AS service_name,
    CASE WHEN MIN(p.pricing_unit) = MAX(p.pricing_unit) THEN MIN(p.pricing_unit) END AS pricing_unit,
    CAST(SUM(p.line_count) AS BIGINT) AS line_count,
    CAST(SUM(p.quantity) AS DECIMAL(38, 15)) AS quantity,
    CAST(SUM(p.cost) AS DECIMAL(38, 15)) AS cost,
    CAST(SUM(p.amount) AS DECIMAL(38, 12)) AS amount
FROM priced AS p
GROUP BY
    p.subscription_id,
    p.sku_id,
    p.charge_month,
    p.tier,
    p.currency,
    p.cost_currency
ORDER BY
    p.subscription_id,
    p.sku_id,
    p.charge_month,
    p.tier
