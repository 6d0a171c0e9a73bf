-- Read the orders that a request has made before, in the order of its lines.
-- tenant_id bigint: whose request.
-- request_key text: its key.
-- Safe to repeat: it reads.
SELECT
    made.id,
    made.number_text,
    made.customer_id,
    made.first_amount,
    sub.plan_period_id
FROM sales_order AS made
INNER JOIN subscription AS sub ON sub.id = made.subscription_id
WHERE made.tenant_id = %(tenant_id)s AND made.request_key = %(request_key)s
ORDER BY made.place
