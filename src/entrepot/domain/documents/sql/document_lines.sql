-- Read lines of one document with everything that is printed of them, in the order of their numbers.
-- document_id bigint: the invoice or credit note.
-- line_from integer: the first line, inclusive.
-- line_to integer: the last line, inclusive.
-- Safe to repeat: it only reads.
SELECT
    line.line_no,
    charge.customer_id,
    customer.name AS customer_name,
    charge.subscription_id,
    subscription.plan_name,
    subscription.purchase_order,
    charge.kind::text AS kind,
    resource.name AS resource_name,
    resource.unit ->> 'en' AS unit_en,
    resource.unit ->> 'de' AS unit_de,
    usage.sku_name,
    usage.unit AS used_unit,
    charge.quantity,
    charge.unit_price,
    charge.num,
    charge.den,
    charge.period_start,
    charge.period_end,
    charge.list_amount,
    charge.discount_amount,
    charge.discount_ppm,
    charge.net,
    line.tax,
    charge.tax_ppm,
    rule.label AS tax_label,
    rule.treatment::text AS tax_treatment,
    charge.id AS charge_id
FROM invoice_line AS line
INNER JOIN charge ON charge.id = line.charge_id
INNER JOIN account AS customer ON customer.id = charge.customer_id
INNER JOIN subscription ON subscription.id = charge.subscription_id
INNER JOIN subscription_item AS item ON item.id = charge.item_id
INNER JOIN resource ON resource.id = item.resource_id
INNER JOIN tax_rule AS rule ON rule.id = charge.tax_rule_id
LEFT JOIN usage_total AS usage ON charge.kind = 'usage' AND usage.id = charge.cause_id
WHERE line.invoice_id = %(document_id)s AND line.line_no BETWEEN %(line_from)s AND %(line_to)s
ORDER BY line.line_no
