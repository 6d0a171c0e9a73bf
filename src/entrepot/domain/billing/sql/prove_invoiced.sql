-- Prove that each charge whose statement day is over stands on exactly one line, and that no line stands for nothing.
-- whole boolean: all days; otherwise only the charges of the run's statement days.
-- from_day date: first statement day.
-- to_day date: last statement day.
-- last_day date: the last completed day.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH counted AS MATERIALIZED (
    SELECT
        charge.id AS charge_id,
        line.charge_id AS line_charge_id,
        min(line.invoice_id) AS invoice_id,
        count(line.charge_id) AS lines
    FROM (
        SELECT charge.id
        FROM charge
        WHERE
            charge.statement_on <= %(last_day)s
            AND charge.statement_on BETWEEN %(from_day)s AND %(to_day)s
    ) AS charge
    FULL JOIN (
        SELECT line.charge_id, line.invoice_id
        FROM invoice_line AS line
        WHERE
            %(whole)s
            OR line.invoice_id IN (
                SELECT invoice.id FROM invoice WHERE invoice.statement_on BETWEEN %(from_day)s AND %(to_day)s
            )
    ) AS line ON line.charge_id = charge.id
    GROUP BY charge.id, line.charge_id
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('charges_invoiced', (SELECT count(*) FROM counted WHERE lines = 1)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        CASE
            WHEN counted.charge_id IS NULL THEN 'line_without_charge'
            WHEN counted.lines = 0 THEN 'charge_not_invoiced'
            ELSE 'charge_invoiced_twice'
        END,
        CASE WHEN counted.charge_id IS NULL THEN 'invoice' ELSE 'charge' END,
        coalesce(counted.charge_id, counted.invoice_id),
        jsonb_build_object(
            'charge', coalesce(counted.charge_id, counted.line_charge_id),
            'subscription', charge.subscription_id, 'statement_on', charge.statement_on, 'net', charge.net,
            'lines', counted.lines
        ),
        count(*) OVER ()
    FROM counted
    LEFT JOIN charge ON charge.id = counted.charge_id
    WHERE counted.charge_id IS NULL OR counted.lines <> 1
    ORDER BY 3
    LIMIT %(findings_max)s
)
