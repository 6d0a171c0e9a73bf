-- Give the fees of the running period back where a cancellation gives all of it back.
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
    charge.tenant_id,
    charge.billing_account_id,
    sale.statement_on,
    %(run_day)s,
    charge.subscription_id,
    charge.customer_id,
    charge.item_id,
    charge.tier,
    charge.kind,
    charge.period_start,
    charge.period_end,
    1,
    1,
    charge.exponent,
    charge.agreed_price_id,
    -charge.quantity,
    charge.unit_price,
    charge.discount_ppm,
    charge.tax_rule_id,
    charge.tax_ppm,
    charge.id,
    charge.level,
    -charge.list_amount,
    -charge.discount_amount,
    -charge.net,
    -charge.tax
FROM due
INNER JOIN subscription_item AS item ON item.subscription_id = due.subscription_id
INNER JOIN charge
    ON
        charge.item_id = item.id
        AND charge.period_start = due.old_start
        AND charge.period_end = due.old_end
        AND charge.kind IN ('setup', 'renewal')
        AND charge.cause_id = 0
INNER JOIN sale ON sale.subscription_id = due.subscription_id AND sale.tier = charge.tier
WHERE
    due.cancels
    AND due.status = 'active'
    AND due.cancel_refund
    AND due.cancel_full
    AND due.cancel_on < due.old_end
ORDER BY charge.item_id, charge.tier, charge.kind
