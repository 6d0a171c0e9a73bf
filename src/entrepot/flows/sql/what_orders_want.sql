-- Read what a vendor has to know of orders, and by which connector it is asked: the active one, else the oldest.
-- order_ids bigint[]: which orders.
-- Safe to repeat: it reads.
SELECT
    wish.id,
    sub.quantity,
    plan.product_code,
    plan.sku_code,
    (
        SELECT connector.id
        FROM connector
        WHERE connector.vendor_id = service.vendor_id
        ORDER BY connector.is_active DESC, connector.id
        LIMIT 1
    )
FROM sales_order AS wish
INNER JOIN subscription AS sub ON sub.id = wish.subscription_id
INNER JOIN plan ON plan.id = sub.plan_id
INNER JOIN service ON service.id = plan.service_id
WHERE wish.id = any(%(order_ids)s)
