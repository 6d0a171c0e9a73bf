-- Add up the lines of one document by end customer, in the order of the lines.
-- document_id bigint: the invoice or credit note.
-- limit_rows integer: how many end customers at most.
-- Safe to repeat: it only reads. The lines of one end customer stand together, so two numbers name them.
SELECT
    charge.customer_id,
    customer.name AS customer_name,
    min(line.line_no) AS line_first,
    max(line.line_no) AS line_last,
    sum(charge.net) AS net,
    sum(line.tax) AS tax,
    count(*) OVER () AS customers
FROM invoice_line AS line
INNER JOIN charge ON charge.id = line.charge_id
INNER JOIN account AS customer ON customer.id = charge.customer_id
WHERE line.invoice_id = %(document_id)s
GROUP BY charge.customer_id, customer.name
ORDER BY line_first
LIMIT %(limit_rows)s
