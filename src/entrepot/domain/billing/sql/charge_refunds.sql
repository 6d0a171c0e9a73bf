-- Give back the days after a cancellation, or all of the running period: reverse each of its charges for them.
-- run_day date: the day of the run.
-- Reads temp due, sale.
-- Writes charge.
-- Safe to repeat: the subscription is cancelled in the same transaction, and a charge is reversed once. Rule 2 of docs/billing.md section 3.
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
    'refund',
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
        charge.tenant_id,
        charge.billing_account_id,
        sale.statement_on,
        charge.customer_id,
        charge.exponent::integer AS exponent,
        charge.tax_rule_id,
        charge.tax_ppm,
        charge.tier,
        charge.subscription_id,
        greatest(due.refund_from, charge.period_start) AS period_start,
        charge.period_end,
        charge.item_id,
        charge.id AS cause_id,
        charge.period_end - greatest(due.refund_from, charge.period_start) AS num,
        charge.den,
        charge.agreed_price_id,
        charge.level,
        charge.unit_price,
        charge.discount_ppm,
        -charge.quantity AS quantity,
        round(
            (charge.unit_price * -charge.quantity * (charge.period_end - greatest(due.refund_from, charge.period_start)))
            ::numeric(50, 30) / charge.den,
            charge.exponent::integer
        ) AS list_amount
    FROM due
    INNER JOIN subscription_item AS item ON item.subscription_id = due.subscription_id
    INNER JOIN charge
        ON
            charge.item_id = item.id
            AND charge.period_start >= due.old_start
            AND charge.period_start < due.old_end
            AND charge.period_end = due.old_end
            AND charge.kind IN ('recurring', 'change')
    INNER JOIN sale ON sale.subscription_id = due.subscription_id AND sale.tier = charge.tier
    WHERE due.cancels AND due.status = 'active' AND due.cancel_refund AND due.refund_from < due.old_end
    OFFSET 0
) AS part
CROSS JOIN LATERAL (
    SELECT round(part.list_amount * part.discount_ppm / 1000000, part.exponent) AS discount_amount
) AS less
