-- The documents of the charges, numbered per seller and year; new ones are mostly open, a twentieth of the old ones is.
-- day date: today in this world.
WITH summed AS (
    SELECT
        charge.tenant_id, charge.billing_account_id, charge.statement_on, min(charge.tax_rule_id) AS tax_rule_id,
        min(charge.tax_ppm) AS tax_ppm, count(*) AS lines, sum(charge.list_amount) AS list_amount,
        sum(charge.discount_amount) AS discount_amount, sum(charge.net) AS net, sum(charge.tax) AS tax
    FROM charge
    GROUP BY charge.tenant_id, charge.billing_account_id, charge.statement_on
),

placed AS (
    SELECT
        summed.*,
        money.seller_id,
        money.buyer_id,
        money.currency,
        (CASE WHEN summed.net < 0 THEN 'credit_note' ELSE 'invoice' END)::document_kind AS kind,
        extract(YEAR FROM summed.statement_on)::smallint AS year,
        row_number() OVER (
            PARTITION BY money.seller_id, summed.net < 0, extract(YEAR FROM summed.statement_on)
            ORDER BY summed.statement_on, summed.billing_account_id
        ) AS number,
        (hashint8(summed.billing_account_id * 41 + (summed.statement_on - DATE '2000-01-01')) & 2147483647) %% 100 AS dice
    FROM summed
    INNER JOIN billing_account AS money ON money.id = summed.billing_account_id
),

taxes AS (
    INSERT INTO document_tax (
        tenant_id, statement_on, billing_account_id, seller_id, tax_rule_id, tax_ppm, lines, list_amount,
        discount_amount, net, tax
    )
    SELECT
        tenant_id, statement_on, billing_account_id, seller_id, tax_rule_id, tax_ppm, lines, list_amount,
        discount_amount, net, tax
    FROM placed
),

series AS (
    INSERT INTO number_series (seller_id, kind, year, prefix, last_number)
    SELECT seller_id, kind, year, 'B' || seller_id, max(number) FROM placed GROUP BY seller_id, kind, year
)

INSERT INTO invoice (
    tenant_id, billing_account_id, seller_id, buyer_id, kind, year, number, number_text, statement_on, issued_on,
    due_on, currency, exponent, lines, list_amount, discount_amount, net, tax, gross, open_amount
)
SELECT
    tenant_id, billing_account_id, seller_id, buyer_id, kind, year, number,
    'B' || seller_id || CASE WHEN kind = 'credit_note' THEN '-CN-' ELSE '-' END || year || '-' || lpad(number::text, 6, '0'),
    statement_on, statement_on, statement_on + 29, currency, 2, lines, list_amount, discount_amount, net, tax, net + tax,
    CASE
        WHEN kind = 'invoice' AND dice < CASE WHEN statement_on > %(day)s::date - 45 THEN 60 ELSE 5 END THEN net + tax
        ELSE 0
    END
FROM placed
ORDER BY statement_on, billing_account_id
