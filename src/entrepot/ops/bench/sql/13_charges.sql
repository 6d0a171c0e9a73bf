-- A year of monthly charges: every customer is billed on a day of the month of its own, in some of the months.
-- day date: today in this world.
-- lines bigint: how many charges, and so invoice lines.
-- share bigint: of 10,000 customers, how many are billed in a month.
INSERT INTO charge (
    tenant_id, billing_account_id, statement_on, billed_on, subscription_id, customer_id, item_id, tier, kind,
    period_start, period_end, num, den, exponent, agreed_price_id, quantity, unit_price, discount_ppm, tax_rule_id,
    tax_ppm, cause_id, list_amount, discount_amount, net, tax
)
SELECT
    sub.tenant_id, link.billing_account_id, billed.day, billed.day, sub.id, sub.customer_id, item.id, price.tier,
    kind.kind, billed.day, (billed.day + INTERVAL '1 month')::date, 1, 1, 2, price.id, item.quantity,
    price.unit_price, price.discount_ppm, rule.id, rule.rate_ppm, 0, amount.list, amount.discount,
    amount.list - amount.discount, round((amount.list - amount.discount) * rule.rate_ppm / 1000000, 2)
FROM (
    SELECT
        account.id AS customer_id,
        (
            date_trunc('month', %(day)s::date) - make_interval(months => month)
            + make_interval(days => (hashint8(account.id * 29) & 2147483647) %% 28)
        )::date AS day
    FROM account
    CROSS JOIN generate_series(1, 12) AS month
    WHERE (hashint8(account.id * 37 + month) & 2147483647) %% 10000 < %(share)s
) AS billed
INNER JOIN subscription AS sub ON sub.customer_id = billed.customer_id
INNER JOIN subscription_item AS item ON item.subscription_id = sub.id
INNER JOIN agreed_price AS price ON price.item_id = item.id AND price.kind = 'recurring'
INNER JOIN chain_link AS link ON link.chain_id = sub.chain_id AND link.tier = price.tier
INNER JOIN billing_account AS money ON money.id = link.billing_account_id
INNER JOIN tax_rule AS rule
    ON
        rule.seller_zone_id = money.seller_zone_id
        AND rule.buyer_zone_id = money.buyer_zone_id
        AND rule.buyer_registered = money.buyer_registered
CROSS JOIN LATERAL (
    -- A fiftieth of the documents are credit notes: all their lines are refunds.
    SELECT (hashint8(link.billing_account_id * 31 + (billed.day - DATE '2000-01-01')) & 2147483647) %% 50 = 0 AS is_refund
) AS turned
CROSS JOIN LATERAL (
    SELECT (CASE WHEN turned.is_refund THEN 'refund' ELSE 'recurring' END)::charge_kind AS kind
) AS kind
CROSS JOIN LATERAL (
    SELECT
        round(item.quantity * price.unit_price, 2) * CASE WHEN turned.is_refund THEN -1 ELSE 1 END AS full_amount
) AS full_price
CROSS JOIN LATERAL (
    SELECT
        full_price.full_amount AS list,
        round(full_price.full_amount * price.discount_ppm / 1000000, 2) AS discount
) AS amount
LIMIT %(lines)s
