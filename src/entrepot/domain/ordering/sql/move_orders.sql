-- Note where orders stand now.
-- order_ids bigint[]: which ones.
-- codes text[]: the status code of each.
-- operation_ids bigint[]: what is done for each at its vendor, or null.
-- error text: why it does not go on, or empty.
-- closed_at timestamptz: when an order ended that has ended.
-- Writes sales_order.
-- Safe to repeat: it sets the same values.
UPDATE sales_order
SET
    code = moved.code,
    error = %(error)s,
    closed_at = CASE WHEN status.is_final THEN %(closed_at)s END,
    operation_id = moved.operation_id
FROM unnest(
    %(order_ids)s::bigint[],
    %(codes)s::text[],
    %(operation_ids)s::bigint[]
) AS moved (order_id, code, operation_id)
INNER JOIN order_status AS status ON status.code = moved.code
WHERE sales_order.id = moved.order_id
