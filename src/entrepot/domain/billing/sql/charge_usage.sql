-- Charge pay-as-you-go totals that were not billed yet: the difference of the rounded running amounts.
-- run_day date: the day of the run.
-- Reads temp due, sale.
-- Writes charge.
-- Safe to repeat: totals are marked as billed in the same transaction, and a charge is unique per total. Rule 7 of docs/billing.md section 3.
INSERT INTO charge (
    tenant_id, billing_account_id, statement_on, billed_on, subscription_id, customer_id, item_id, tier, kind,
    period_start, period_end, num, den, exponent, agreed_price_id, quantity, unit_price, discount_ppm,
    tax_rule_id, tax_ppm, cause_id, list_amount, discount_amount, net, tax
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
    'usage',
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
        total.period_start,
        total.period_end,
        total.item_id,
        total.id AS cause_id,
        1 AS num,
        1 AS den,
        price.id AS agreed_price_id,
        1 AS unit_price,
        price.discount_ppm,
        total.quantity,
        round(total.amount_after, sale.exponent::integer) - round(total.amount_before, sale.exponent::integer)
            AS list_amount
    FROM due
    INNER JOIN usage_total AS total
        ON
            total.subscription_id = due.subscription_id
            AND total.billed_on IS NULL
            AND (total.period_end <= due.event_on OR due.closes_usage)
    INNER JOIN sale ON sale.subscription_id = due.subscription_id AND sale.tier = total.tier
    LEFT JOIN agreed_price AS price
        ON
            price.item_id = total.item_id
            AND price.tier = total.tier
            AND price.kind = 'usage'
            AND price.valid_from <= due.old_start
            AND (price.valid_to IS NULL OR price.valid_to > due.old_start)
    WHERE
        due.bills_usage
        AND round(total.amount_after, sale.exponent::integer) <> round(total.amount_before, sale.exponent::integer)
    OFFSET 0
) AS part
CROSS JOIN LATERAL (
    SELECT round(part.list_amount * part.discount_ppm / 1000000, part.exponent) AS discount_amount
) AS less
