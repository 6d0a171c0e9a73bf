-- Prove the tax of each document: its rows are the sums of their charges and the right rounding, and the parts that
-- the lines show add up, line by line, to the rounded tax of the lines so far.
-- from_day date: first statement day.
-- to_day date: last statement day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. Rounding half away from zero is tested by its two neighbours, without dividing.
-- A row without a problem holds the figures.
WITH line AS MATERIALIZED (
    SELECT
        invoice.id AS invoice_id,
        invoice.kind,
        invoice.number_text,
        invoice.statement_on,
        invoice.billing_account_id,
        line.line_no,
        charge.tax_rule_id,
        charge.tax_ppm,
        charge.tax AS own_tax,
        line.tax,
        account.tax_rounding = 'line' AS is_per_line,
        ('1e-' || invoice.exponent)::numeric / 2 AS half,
        sum(charge.net) OVER so_far AS net_so_far,
        sum(line.tax) OVER so_far AS tax_so_far,
        row_number() OVER so_far = count(*) OVER (PARTITION BY invoice.id, charge.tax_rule_id) AS is_last,
        count(*) OVER (PARTITION BY invoice.id, charge.tax_rule_id) AS lines
    FROM invoice
    INNER JOIN billing_account AS account ON account.id = invoice.billing_account_id
    INNER JOIN invoice_line AS line ON line.invoice_id = invoice.id
    INNER JOIN charge ON charge.id = line.charge_id
    WHERE invoice.statement_on BETWEEN %(from_day)s AND %(to_day)s
    WINDOW so_far AS (PARTITION BY invoice.id, charge.tax_rule_id ORDER BY line.line_no ROWS UNBOUNDED PRECEDING)
),

wrong AS (
    SELECT
        'line_tax_wrong' AS problem,
        line.invoice_id,
        line.kind,
        line.number_text,
        line.line_no,
        line.tax_rule_id,
        line.tax AS found
    FROM line
    WHERE
        CASE
            WHEN line.is_per_line THEN line.tax <> line.own_tax
            ELSE
                line.tax_so_far * line.net_so_far < 0
                OR (abs(line.tax_so_far) - line.half) * 1000000 > abs(line.net_so_far) * line.tax_ppm
                OR (abs(line.tax_so_far) + line.half) * 1000000 <= abs(line.net_so_far) * line.tax_ppm
        END
    UNION ALL
    SELECT
        'tax_row_wrong',
        coalesce(line.invoice_id, invoice.id),
        coalesce(line.kind, invoice.kind),
        coalesce(line.number_text, invoice.number_text),
        NULL,
        coalesce(line.tax_rule_id, part.tax_rule_id),
        part.tax
    FROM (SELECT * FROM line WHERE is_last) AS line
    FULL JOIN (
        SELECT * FROM document_tax WHERE statement_on BETWEEN %(from_day)s AND %(to_day)s
    ) AS part
        ON
            part.statement_on = line.statement_on
            AND part.billing_account_id = line.billing_account_id
            AND part.tax_rule_id = line.tax_rule_id
    LEFT JOIN invoice
        ON invoice.statement_on = part.statement_on AND invoice.billing_account_id = part.billing_account_id
    WHERE
        (part.lines::bigint, part.net, part.tax, part.tax_ppm)
        IS DISTINCT FROM (line.lines, line.net_so_far, line.tax_so_far, line.tax_ppm)
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('tax_lines', (SELECT count(*) FROM line)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        wrong.problem,
        coalesce(wrong.kind::text, 'tax_rule'),
        coalesce(wrong.invoice_id, wrong.tax_rule_id),
        jsonb_build_object(
            'number', wrong.number_text, 'line', wrong.line_no, 'tax_rule', wrong.tax_rule_id, 'found', wrong.found
        ),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.invoice_id, wrong.line_no
    LIMIT %(findings_max)s
)
