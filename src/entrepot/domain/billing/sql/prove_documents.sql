-- Prove that each document is its lines, its tax rows and its postings, in every amount.
-- from_day date: first statement day.
-- to_day date: last statement day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH head AS MATERIALIZED (
    SELECT
        invoice.id, invoice.kind, invoice.number_text, invoice.billing_account_id, invoice.statement_on, invoice.lines,
        invoice.list_amount, invoice.discount_amount, invoice.net, invoice.tax, invoice.gross
    FROM invoice
    WHERE invoice.statement_on BETWEEN %(from_day)s AND %(to_day)s
),

line AS (
    SELECT
        line.invoice_id,
        count(*) AS lines,
        sum(charge.list_amount) AS list_amount,
        sum(charge.discount_amount) AS discount_amount,
        sum(charge.net) AS net,
        sum(line.tax) AS tax,
        bool_and(
            charge.statement_on = head.statement_on AND charge.billing_account_id = head.billing_account_id
        ) AS is_own
    FROM head
    INNER JOIN invoice_line AS line ON line.invoice_id = head.id
    INNER JOIN charge ON charge.id = line.charge_id
    GROUP BY line.invoice_id
),

rate AS (
    SELECT
        part.statement_on,
        part.billing_account_id,
        sum(part.lines) AS lines,
        sum(part.list_amount) AS list_amount,
        sum(part.discount_amount) AS discount_amount,
        sum(part.net) AS net,
        sum(part.tax) AS tax
    FROM document_tax AS part
    WHERE part.statement_on BETWEEN %(from_day)s AND %(to_day)s
    GROUP BY part.statement_on, part.billing_account_id
),

posted AS (
    SELECT
        leg.document_id,
        coalesce(sum(leg.amount) FILTER (WHERE leg.account = 'revenue'), 0) AS net,
        coalesce(sum(leg.amount) FILTER (WHERE leg.account = 'tax'), 0) AS tax,
        coalesce(sum(leg.amount) FILTER (WHERE leg.account = 'receivable'), 0) AS receivable,
        coalesce(sum(leg.amount) FILTER (WHERE leg.account = 'account_credit'), 0) AS account_credit
    FROM (
        SELECT transfer.document_id, transfer.credit AS account, transfer.amount FROM transfer
        WHERE transfer.cause IN ('invoice', 'credit_note') AND transfer.posted_on >= %(from_day)s
        UNION ALL
        SELECT transfer.document_id, transfer.debit, -transfer.amount FROM transfer
        WHERE transfer.cause IN ('invoice', 'credit_note') AND transfer.posted_on >= %(from_day)s
    ) AS leg
    GROUP BY leg.document_id
),

wrong AS (
    SELECT
        head.id,
        head.kind,
        head.number_text,
        said.problem,
        said.expected,
        said.found
    FROM head
    LEFT JOIN line ON line.invoice_id = head.id
    LEFT JOIN rate ON rate.statement_on = head.statement_on AND rate.billing_account_id = head.billing_account_id
    LEFT JOIN posted ON posted.document_id = head.id
    CROSS JOIN LATERAL (
        VALUES
        (
            'document_total_wrong', head.net + head.tax, head.gross,
            head.gross = head.net + head.tax
            AND head.net = head.list_amount - head.discount_amount
            AND (head.kind = 'credit_note') = (head.gross < 0)
        ),
        (
            'document_lines_differ', head.gross, line.net + line.tax,
            (line.lines, line.list_amount, line.discount_amount, line.net, line.tax, line.is_own)
            IS NOT DISTINCT FROM
            (head.lines::bigint, head.list_amount, head.discount_amount, head.net, head.tax, TRUE)
        ),
        (
            'document_tax_rows_differ', head.gross, rate.net + rate.tax,
            (rate.lines, rate.list_amount, rate.discount_amount, rate.net, rate.tax)
            IS NOT DISTINCT FROM
            (head.lines::bigint, head.list_amount, head.discount_amount, head.net, head.tax)
        ),
        (
            'document_posted_differently', head.gross, posted.net + posted.tax,
            coalesce(posted.net, 0) = head.net
            AND coalesce(posted.tax, 0) = head.tax
            AND CASE head.kind WHEN 'invoice' THEN coalesce(posted.receivable, 0)
                ELSE coalesce(posted.account_credit, 0) END = CASE head.kind WHEN 'invoice' THEN -head.gross
                ELSE -head.gross END
            AND CASE head.kind WHEN 'invoice' THEN coalesce(posted.account_credit, 0)
                ELSE coalesce(posted.receivable, 0) END = 0
        )
    ) AS said (problem, expected, found, is_right)
    WHERE said.is_right IS NOT TRUE
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object(
        'documents', (SELECT count(*) FROM head), 'lines', (SELECT coalesce(sum(lines), 0) FROM head)
    ) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        wrong.problem,
        wrong.kind::text,
        wrong.id,
        jsonb_build_object(
            'number', wrong.number_text, 'expected', wrong.expected, 'found', coalesce(wrong.found, 0)
        ),
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.id, wrong.problem
    LIMIT %(findings_max)s
)
