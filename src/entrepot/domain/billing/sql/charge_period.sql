-- Charge the new period of every item on every tier: recurring by levels, setup once, and a renewal with its term.
-- run_day date: the day of the run.
-- item_from bigint: smallest id of the chunk's items, inclusive; bounds keep the cost with the chunk, not the table.
-- item_to bigint: largest id of the chunk's items, inclusive.
-- Reads temp due, due_item, sale.
-- Writes charge.
-- Safe to repeat: a subscription moves on in the same transaction, and a charge is unique per period, item, tier and kind.
-- A missing price or tax rule leaves a null behind, which the table refuses: the driver then looks for the culprits.
INSERT INTO charge (
    tenant_id, billing_account_id, statement_on, billed_on, subscription_id, customer_id, item_id, tier, kind,
    period_start, period_end, num, den, exponent, agreed_price_id, quantity, unit_price, discount_ppm,
    tax_rule_id, tax_ppm, cause_id, level, list_amount, discount_amount, net, tax
)
SELECT
    part.tenant_id,
    part.billing_account_id,
    part.statement_on,
    %(run_day)s,
    part.subscription_id,
    part.customer_id,
    part.item_id,
    part.tier,
    part.kind,
    part.period_start,
    part.period_end,
    part.num,
    part.den,
    part.exponent,
    part.agreed_price_id,
    part.quantity,
    part.unit_price,
    part.discount_ppm,
    part.tax_rule_id,
    part.tax_ppm,
    0,
    part.level,
    listed.list_amount,
    less.discount_amount,
    listed.list_amount - less.discount_amount,
    round((listed.list_amount - less.discount_amount) * part.tax_ppm / 1000000, part.exponent)
FROM (
    SELECT
        sale.tenant_id,
        sale.billing_account_id,
        sale.statement_on,
        sale.customer_id,
        sale.exponent::integer AS exponent,
        sale.tax_rule_id,
        sale.tax_ppm,
        sale.tier,
        due.subscription_id,
        due.period_start,
        due.period_end,
        item.item_id,
        coalesce(price.kind, 'recurring')::text::charge_kind AS kind,
        price.id AS agreed_price_id,
        price.unit_price,
        price.discount_ppm,
        coalesce(price.level, 0) AS level,
        CASE WHEN price.kind IN ('setup', 'renewal') THEN 1 ELSE due.num END AS num,
        CASE WHEN price.kind IN ('setup', 'renewal') THEN 1 ELSE due.den END AS den,
        CASE
            WHEN price.kind IN ('setup', 'renewal') THEN 1
            ELSE units_at_level(price.model, price.lower_limit, price.upper_limit, item.quantity)
        END AS quantity
    FROM due
    INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id
    INNER JOIN sale ON sale.subscription_id = due.subscription_id
    LEFT JOIN agreed_price AS price
        ON
            price.item_id = item.item_id
            AND price.item_id BETWEEN %(item_from)s AND %(item_to)s
            AND price.tier = sale.tier
            AND price.kind IN ('recurring', 'setup', 'renewal')
            AND price.valid_from <= due.period_start
            AND (price.valid_to IS NULL OR price.valid_to > due.period_start)
    WHERE
        due.starts_period
        AND (
            (
                price.kind = 'recurring'
                AND units_at_level(price.model, price.lower_limit, price.upper_limit, item.quantity) > 0
            )
            OR (price.kind = 'setup' AND NOT due.setup_done AND price.unit_price > 0)
            OR (
                price.kind = 'renewal'
                AND due.starts_term
                AND price.unit_price > 0
                AND EXISTS (
                    SELECT FROM term AS past
                    WHERE past.subscription_id = due.subscription_id AND past.starts_on < due.period_start
                )
            )
            OR (price.kind IS NULL AND NOT item.is_measured AND NOT due.is_usage AND item.quantity > 0)
        )
    ORDER BY sale.billing_account_id
) AS part
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN part.num = part.den THEN round(part.unit_price * part.quantity, part.exponent)
        ELSE round((part.unit_price * part.quantity * part.num)::numeric(50, 30) / part.den, part.exponent)
    END AS list_amount
) AS listed
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN part.discount_ppm = 0 THEN 0
        ELSE round(listed.list_amount * part.discount_ppm / 1000000, part.exponent)
    END AS discount_amount
) AS less
