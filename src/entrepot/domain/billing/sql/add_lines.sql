-- Number the lines of the day's documents and give each the part of the tax that it shows.
-- run_day date: the statement day.
-- first_day date: the day after the last completed run; the same as the run's day when days are billed in order.
-- id_from bigint: smallest invoice id, inclusive.
-- id_to bigint: largest invoice id, inclusive.
-- Writes invoice_line.
-- Safe to repeat: the chunk is done in one transaction; unique by document and line number.
-- Each document looks up its own charges: the day's rows are too new for the planner to know how many they are.
-- A document's lines to its buyer alone, most of them, do not look up who the customer is.
INSERT INTO invoice_line (invoice_id, line_no, charge_id, tax)
SELECT
    line.invoice_id,
    line.line_no,
    line.charge_id,
    CASE
        WHEN line.is_per_line THEN line.tax
        ELSE
            round(line.running_net * line.tax_ppm / 1000000, line.exponent)
            - round((line.running_net - line.net) * line.tax_ppm / 1000000, line.exponent)
    END
FROM (
    SELECT
        placed.invoice_id,
        placed.line_no,
        placed.charge_id,
        placed.net,
        placed.tax,
        placed.tax_ppm,
        placed.exponent,
        placed.is_per_line,
        CASE
            WHEN NOT placed.is_per_line THEN sum(placed.net) OVER (
                PARTITION BY placed.invoice_id, placed.tax_rule_id
                ORDER BY placed.line_no
                ROWS UNBOUNDED PRECEDING
            )
        END AS running_net
    FROM (
        SELECT
            invoice.id AS invoice_id,
            charge.id AS charge_id,
            charge.net,
            charge.tax,
            charge.tax_rule_id,
            charge.tax_ppm,
            charge.exponent::integer AS exponent,
            account.tax_rounding = 'line' AS is_per_line,
            row_number() OVER (
                PARTITION BY invoice.id
                ORDER BY
                    coalesce(customer.name_key, buyer.name_key), charge.customer_id, charge.subscription_id, charge.kind,
                    charge.period_start, charge.item_id, charge.level, charge.cause_id
            ) AS line_no
        FROM invoice
        INNER JOIN billing_account AS account ON account.id = invoice.billing_account_id
        INNER JOIN account AS buyer ON buyer.id = invoice.buyer_id
        CROSS JOIN LATERAL (
            SELECT part.*
            FROM charge AS part
            WHERE part.statement_on = invoice.statement_on AND part.billing_account_id = invoice.billing_account_id
            OFFSET 0
        ) AS charge
        LEFT JOIN account AS customer ON customer.id = nullif(charge.customer_id, invoice.buyer_id)
        WHERE
            invoice.statement_on BETWEEN %(first_day)s AND %(run_day)s
            AND invoice.id BETWEEN %(id_from)s AND %(id_to)s
    ) AS placed
) AS line
