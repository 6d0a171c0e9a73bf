-- Charge measured use above what was included, for a period that closes.
-- run_day date: the day of the run.
-- Reads temp due, due_item, sale.
-- Writes charge.
-- Safe to repeat: a period closes once, and a charge is unique per period, item and tier. Rule 6 of docs/billing.md section 3.
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
    'overuse',
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
    part.cause_id,
    part.level,
    part.list_amount,
    less.discount_amount,
    part.list_amount - less.discount_amount,
    round((part.list_amount - less.discount_amount) * part.tax_ppm / 1000000, part.exponent)
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
        due.old_start AS period_start,
        closing.period_end,
        item.item_id,
        0 AS cause_id,
        1 AS num,
        1 AS den,
        price.id AS agreed_price_id,
        price.unit_price,
        price.discount_ppm,
        price.level,
        counted.units AS quantity,
        round(price.unit_price * counted.units, sale.exponent::integer) AS list_amount
    FROM due
    CROSS JOIN LATERAL (
        SELECT CASE WHEN due.cancels THEN least(due.cancel_on, due.old_end) ELSE due.old_end END AS period_end
    ) AS closing
    INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id AND item.is_measured
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(measured.quantity), 0) - item.included * item.old_quantity AS over
        FROM metered_usage AS measured
        WHERE
            measured.item_id = item.item_id
            AND measured.on_day >= due.old_start
            AND measured.on_day < closing.period_end
    ) AS used
    INNER JOIN sale ON sale.subscription_id = due.subscription_id
    INNER JOIN agreed_price AS price
        ON
            price.item_id = item.item_id
            AND price.tier = sale.tier
            AND price.kind = 'overuse'
            AND price.valid_from <= due.old_start
            AND (price.valid_to IS NULL OR price.valid_to > due.old_start)
    CROSS JOIN LATERAL (
        SELECT units_at_level(price.model, price.lower_limit, price.upper_limit, used.over) AS units
    ) AS counted
    WHERE
        due.status = 'active'
        AND due.old_start < closing.period_end
        AND (due.cancels OR due.event_on >= due.old_end)
        AND used.over > 0
        AND counted.units > 0
    OFFSET 0
) AS part
CROSS JOIN LATERAL (
    SELECT round(part.list_amount * part.discount_ppm / 1000000, part.exponent) AS discount_amount
) AS less
