-- List the services that an account uses, dearest first, with what it pays for them a month.
-- customer bigint: the account that uses them.
-- language text: the language of the unit.
-- most bigint: how many rows.
-- Writes nothing. The price is that of the sale to this account; its seller's cost is not read.
SELECT
    chosen.id, chosen.plan_name, service.icon, chosen.status::text, chosen.quantity,
    coalesce(seat.unit ->> %(language)s, seat.unit ->> 'en', '') AS unit, coalesce(seat.unit ->> 'en', '') AS unit_en,
    plan.is_usage,
    chosen.currency, chosen.monthly_price
FROM (
    SELECT
        subscription.id, subscription.plan_id, subscription.plan_name, subscription.status, subscription.quantity,
        money.currency, money.monthly_price
    FROM subscription
    LEFT JOIN subscription_money AS money
        ON money.subscription_id = subscription.id AND money.seller_id = subscription.seller_id
    WHERE
        subscription.customer_id = %(customer)s
        AND subscription.status IN ('trial', 'active', 'graced')
    ORDER BY money.monthly_price DESC NULLS LAST, subscription.id
    LIMIT %(most)s
) AS chosen
INNER JOIN plan ON plan.id = chosen.plan_id
INNER JOIN service ON service.id = plan.service_id
LEFT JOIN LATERAL (
    SELECT resource.unit
    FROM subscription_item AS item
    INNER JOIN resource ON resource.id = item.resource_id
    WHERE item.subscription_id = chosen.id
    ORDER BY item.position, item.id
    LIMIT 1
) AS seat ON TRUE
ORDER BY chosen.monthly_price DESC NULLS LAST, chosen.id
