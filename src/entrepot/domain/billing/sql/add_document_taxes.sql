-- Sum the charges of the day's documents by billing account and tax rule.
-- run_day date: the statement day.
-- first_day date: the day after the last completed run; the same as the run's day when days are billed in order.
-- id_from bigint: smallest billing account id, inclusive.
-- id_to bigint: largest billing account id, inclusive.
-- Writes document_tax.
-- Safe to repeat: the chunk is done in one transaction; unique per statement day, billing account and tax rule.
INSERT INTO document_tax (
    tenant_id, statement_on, billing_account_id, seller_id, tax_rule_id, tax_ppm, lines, list_amount, discount_amount,
    net, tax
)
SELECT
    account.tenant_id,
    total.statement_on,
    total.billing_account_id,
    account.seller_id,
    total.tax_rule_id,
    total.tax_ppm,
    total.lines,
    total.list_amount,
    total.discount_amount,
    total.net,
    CASE account.tax_rounding
        WHEN 'line' THEN total.tax
        ELSE round(total.net * total.tax_ppm / 1000000, account.exponent::integer)
    END
FROM (
    SELECT
        charge.statement_on,
        charge.billing_account_id,
        charge.tax_rule_id,
        charge.tax_ppm,
        count(*) AS lines,
        sum(charge.list_amount) AS list_amount,
        sum(charge.discount_amount) AS discount_amount,
        sum(charge.net) AS net,
        sum(charge.tax) AS tax
    FROM charge
    WHERE
        charge.statement_on BETWEEN %(first_day)s AND %(run_day)s
        AND charge.billing_account_id BETWEEN %(id_from)s AND %(id_to)s
    GROUP BY charge.statement_on, charge.billing_account_id, charge.tax_rule_id, charge.tax_ppm
) AS total
INNER JOIN billing_account AS account ON account.id = total.billing_account_id
