-- Close agreed prices that a starting term replaces by another price, and remember what has to be added.
-- Temp: agreed_new (tenant_id bigint, item_id bigint, tier smallint, kind price_kind, model price_model,
--  level smallint, lower_limit numeric, upper_limit numeric, unit_price numeric,
--  unit_cost numeric, currency text, discount_ppm integer, discount_label text,
--  promotion_id bigint, standing_ppm integer, standing_label text, valid_from date,
--  catalog_price_id bigint, seller_price_id bigint, margin_rule_id bigint, exchange_rate numeric);
-- Reads temp due, due_item, promoted, quote.
-- Writes agreed_price.
-- Safe to repeat: it runs in the transaction that moves the subscription on; an unchanged price keeps its open row.
-- A promotion stands in for a discount during its term; the row remembers the discount for the next one.
-- A level that is new to an item takes the discount of its lowest one; `drop_levels.sql` closes those that are gone.
WITH wanted AS (
    SELECT
        due.tenant_id,
        item.item_id,
        due.event_on,
        quote.tier,
        quote.kind,
        quote.model,
        quote.level,
        quote.lower_limit,
        quote.upper_limit,
        quote.unit_price,
        quote.unit_cost,
        quote.currency,
        quote.catalog_price_id,
        quote.seller_price_id,
        quote.margin_rule_id,
        quote.exchange_rate,
        held.id AS held_id,
        less.promotion_id,
        coalesce(less.ppm, standing.ppm, 0) AS discount_ppm,
        coalesce(less.label, standing.label, '') AS discount_label,
        CASE WHEN less.promotion_id IS NOT NULL THEN standing.ppm END AS standing_ppm,
        CASE WHEN less.promotion_id IS NOT NULL THEN standing.label END AS standing_label,
        held.valid_from AS held_from
    FROM due
    INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id
    INNER JOIN quote
        ON
            quote.chain_id = due.chain_id
            AND quote.plan_period_id = due.plan_period_id
            AND quote.resource_id = item.resource_id
            AND quote.on_day = due.event_on
    LEFT JOIN agreed_price AS held
        ON
            held.item_id = item.item_id
            AND held.tier = quote.tier
            AND held.kind = quote.kind
            AND held.level = quote.level
            AND held.valid_from <= due.event_on
            AND (held.valid_to IS NULL OR held.valid_to > due.event_on)
    LEFT JOIN agreed_price AS lowest
        ON
            quote.level > 0
            AND lowest.item_id = item.item_id
            AND lowest.tier = quote.tier
            AND lowest.kind = quote.kind
            AND lowest.level = 0
            AND lowest.valid_from <= due.event_on
            AND (lowest.valid_to IS NULL OR lowest.valid_to > due.event_on)
    LEFT JOIN promoted ON promoted.subscription_id = due.subscription_id AND promoted.tier = quote.tier
    CROSS JOIN LATERAL (
        SELECT CASE quote.kind
            WHEN 'setup' THEN promoted.setup_ppm
            WHEN 'recurring' THEN promoted.recurring_ppm
            WHEN 'usage' THEN promoted.recurring_ppm
        END AS promoted_ppm
    ) AS part
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN part.promoted_ppm > 0 THEN promoted.promotion_id END AS promotion_id,
            CASE WHEN part.promoted_ppm > 0 THEN part.promoted_ppm END AS ppm,
            CASE WHEN part.promoted_ppm > 0 THEN promoted.label END AS label
    ) AS less
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN held.id IS NULL AND lowest.promotion_id IS NULL THEN lowest.discount_ppm
                WHEN held.id IS NULL THEN lowest.standing_ppm
                WHEN held.promotion_id IS NULL THEN held.discount_ppm
                ELSE held.standing_ppm
            END AS ppm,
            CASE
                WHEN held.id IS NULL AND lowest.promotion_id IS NULL THEN lowest.discount_label
                WHEN held.id IS NULL THEN lowest.standing_label
                WHEN held.promotion_id IS NULL THEN held.discount_label
                ELSE held.standing_label
            END AS label
    ) AS standing
    WHERE
        due.starts_term
        AND (
            held.id IS NULL
            OR held.unit_price <> quote.unit_price
            OR held.unit_cost <> quote.unit_cost
            OR held.currency <> quote.currency
            OR held.model <> quote.model
            OR held.lower_limit <> quote.lower_limit
            OR held.upper_limit IS DISTINCT FROM quote.upper_limit
            OR held.promotion_id IS DISTINCT FROM less.promotion_id
        )
),

closed AS (
    UPDATE agreed_price AS price
    SET valid_to = wanted.event_on
    FROM wanted
    WHERE price.id = wanted.held_id AND wanted.held_from < wanted.event_on
),

replaced AS (
    UPDATE agreed_price AS price
    SET
        model = wanted.model,
        lower_limit = wanted.lower_limit,
        upper_limit = wanted.upper_limit,
        unit_price = wanted.unit_price,
        unit_cost = wanted.unit_cost,
        currency = wanted.currency,
        discount_ppm = wanted.discount_ppm,
        discount_label = wanted.discount_label,
        promotion_id = wanted.promotion_id,
        standing_ppm = wanted.standing_ppm,
        standing_label = wanted.standing_label,
        catalog_price_id = wanted.catalog_price_id,
        seller_price_id = wanted.seller_price_id,
        margin_rule_id = wanted.margin_rule_id,
        exchange_rate = wanted.exchange_rate
    FROM wanted
    WHERE price.id = wanted.held_id AND wanted.held_from = wanted.event_on
)

INSERT INTO agreed_new
SELECT
    wanted.tenant_id,
    wanted.item_id,
    wanted.tier,
    wanted.kind,
    wanted.model,
    wanted.level,
    wanted.lower_limit,
    wanted.upper_limit,
    wanted.unit_price,
    wanted.unit_cost,
    wanted.currency,
    wanted.discount_ppm,
    wanted.discount_label,
    wanted.promotion_id,
    wanted.standing_ppm,
    wanted.standing_label,
    wanted.event_on,
    wanted.catalog_price_id,
    wanted.seller_price_id,
    wanted.margin_rule_id,
    wanted.exchange_rate
FROM wanted
WHERE wanted.held_id IS NULL OR wanted.held_from < wanted.event_on
