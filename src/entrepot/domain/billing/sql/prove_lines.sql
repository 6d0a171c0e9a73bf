-- Prove the numbering of lines: 1..n without gap, a customer's lines together, in the documented order within a customer.
-- The order of customers is by name on the day of issue and is not judged again: names may change.
-- from_day date: first statement day.
-- to_day date: last statement day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH placed AS (
    SELECT
        line.invoice_id,
        line.line_no,
        charge.customer_id,
        line.line_no = 1 + lag(line.line_no, 1, 0) OVER in_document AS is_next,
        coalesce(charge.customer_id <> lag(charge.customer_id) OVER in_document, TRUE) AS is_new,
        (charge.subscription_id, charge.kind, charge.period_start, charge.item_id, charge.cause_id, charge.tier) >= (
            lag(charge.subscription_id) OVER in_document, lag(charge.kind) OVER in_document,
            lag(charge.period_start) OVER in_document, lag(charge.item_id) OVER in_document,
            lag(charge.cause_id) OVER in_document, lag(charge.tier) OVER in_document
        ) AS is_after
    FROM invoice
    INNER JOIN invoice_line AS line ON line.invoice_id = invoice.id
    INNER JOIN charge ON charge.id = line.charge_id
    WHERE invoice.statement_on BETWEEN %(from_day)s AND %(to_day)s
    WINDOW in_document AS (PARTITION BY line.invoice_id ORDER BY line.line_no)
),

judged AS MATERIALIZED (
    SELECT
        placed.invoice_id,
        count(*) AS lines,
        min(placed.line_no) FILTER (WHERE NOT placed.is_next) AS gap_at,
        min(placed.line_no) FILTER (WHERE NOT placed.is_new AND NOT placed.is_after) AS disorder_at,
        count(*) FILTER (WHERE placed.is_new) = count(DISTINCT placed.customer_id) AS is_together
    FROM placed
    GROUP BY placed.invoice_id
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('lines_in_order', (SELECT coalesce(sum(lines), 0) FROM judged)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        CASE WHEN judged.gap_at IS NOT NULL THEN 'line_number_gap' ELSE 'lines_out_of_order' END,
        invoice.kind::text,
        judged.invoice_id,
        jsonb_build_object(
            'number', invoice.number_text, 'line', coalesce(judged.gap_at, judged.disorder_at, 1)
        ),
        count(*) OVER ()
    FROM judged
    INNER JOIN invoice ON invoice.id = judged.invoice_id
    WHERE judged.gap_at IS NOT NULL OR judged.disorder_at IS NOT NULL OR NOT judged.is_together
    ORDER BY judged.invoice_id
    LIMIT %(findings_max)s
)
