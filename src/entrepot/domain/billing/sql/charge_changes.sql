-- Charge quantity changes inside a charged period for the days that are left of it: what each level of the price gains
-- or loses, so that another level of a volume price gives the old units back at the old price.
-- run_day date: the day of the run.
-- Reads temp due, due_change, sale.
-- Writes charge.
-- Safe to repeat: a change is applied in the same transaction, and a charge is unique per change. Rules 1 and 5 of docs/billing.md section 3.
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
    'change',
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
        change.applies_on AS period_start,
        due.old_end AS period_end,
        change.item_id,
        change.change_id AS cause_id,
        due.old_end - change.applies_on AS num,
        due.old_den AS den,
        price.id AS agreed_price_id,
        price.unit_price,
        price.discount_ppm,
        coalesce(price.level, 0) AS level,
        units_at_level(price.model, price.lower_limit, price.upper_limit, change.new_quantity)
        - units_at_level(price.model, price.lower_limit, price.upper_limit, change.old_quantity) AS quantity
    FROM due
    INNER JOIN due_change AS change ON change.subscription_id = due.subscription_id
    INNER JOIN subscription_item AS item ON item.id = change.item_id
    INNER JOIN sale ON sale.subscription_id = due.subscription_id
    LEFT JOIN agreed_price AS price
        ON
            price.item_id = change.item_id
            AND price.tier = sale.tier
            AND price.kind = 'recurring'
            AND price.valid_from <= due.old_start
            AND (price.valid_to IS NULL OR price.valid_to > due.old_start)
    WHERE change.is_charged AND (price.id IS NOT NULL OR NOT item.is_measured)
    OFFSET 0
) AS part
CROSS JOIN LATERAL (
    SELECT
        round((part.unit_price * part.quantity * part.num)::numeric(50, 30) / part.den, part.exponent) AS list_amount
) AS listed
CROSS JOIN LATERAL (
    SELECT round(listed.list_amount * part.discount_ppm / 1000000, part.exponent) AS discount_amount
) AS less
-- Without a price the quantity is unknown: the row stays, and the table refuses it.
WHERE part.quantity IS DISTINCT FROM 0
ORDER BY part.item_id, part.cause_id, part.tier, part.level
