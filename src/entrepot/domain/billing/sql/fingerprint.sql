-- Sum up what one day's run made, free of surrogate ids: equal for any number of workers, chunk sizes and kills.
-- run_day date: the day of the run.
-- Safe to repeat: it only reads. Columns: charges, documents, and a number that no change leaves alone.
SELECT
    (SELECT count(*) FROM charge WHERE charge.billed_on = %(run_day)s AND charge.statement_on >= %(run_day)s) AS charges,
    (SELECT count(*) FROM invoice WHERE invoice.issued_on = %(run_day)s) AS documents,
    (
        SELECT coalesce(sum(hashtextextended(concat_ws(
            '|', charge.billing_account_id, charge.statement_on, charge.subscription_id, charge.item_id, charge.tier,
            charge.kind, charge.period_start, charge.period_end, charge.num, charge.den, trim_scale(charge.quantity),
            trim_scale(charge.unit_price), charge.discount_ppm, charge.tax_ppm, trim_scale(charge.list_amount),
            trim_scale(charge.discount_amount), trim_scale(charge.net), trim_scale(charge.tax)
        ), 1)::numeric), 0)
        FROM charge
        WHERE charge.billed_on = %(run_day)s AND charge.statement_on >= %(run_day)s
    )
    + (
        SELECT coalesce(sum(hashtextextended(concat_ws(
            '|', invoice.billing_account_id, invoice.statement_on, invoice.kind, invoice.number_text, invoice.due_on,
            invoice.lines, trim_scale(invoice.net), trim_scale(invoice.tax), trim_scale(invoice.gross)
        ), 2)::numeric), 0)
        FROM invoice
        WHERE invoice.issued_on = %(run_day)s
    )
    + (
        SELECT coalesce(sum(hashtextextended(concat_ws(
            '|', invoice.number_text, line.line_no, charge.item_id, charge.tier, charge.kind, charge.period_start,
            trim_scale(charge.net), trim_scale(line.tax)
        ), 3)::numeric), 0)
        FROM invoice
        INNER JOIN invoice_line AS line ON line.invoice_id = invoice.id
        INNER JOIN charge ON charge.id = line.charge_id
        WHERE invoice.issued_on = %(run_day)s
    )
    + (
        SELECT coalesce(sum(hashtextextended(concat_ws(
            '|', transfer.billing_account_id, transfer.debit, transfer.credit, trim_scale(transfer.amount),
            transfer.cause
        ), 4)::numeric), 0)
        FROM transfer
        WHERE transfer.posted_on = %(run_day)s AND transfer.cause <> 'payment'
    ) AS digest
