-- What each tier of a subscription earns and pays a month, as the run keeps it for lists.
INSERT INTO subscription_money (tenant_id, subscription_id, tier, seller_id, currency, monthly_price, monthly_cost)
SELECT
    sub.tenant_id, sub.id, price.tier, link.seller_id, 'EUR',
    round(sum(item.quantity * price.unit_price * (1000000 - price.discount_ppm)) / 1000000, 2),
    round(sum(item.quantity * price.unit_cost), 2)
FROM subscription AS sub
INNER JOIN subscription_item AS item ON item.subscription_id = sub.id
INNER JOIN agreed_price AS price ON price.item_id = item.id AND price.kind = 'recurring'
INNER JOIN chain_link AS link ON link.chain_id = sub.chain_id AND link.tier = price.tier
GROUP BY sub.tenant_id, sub.id, price.tier, link.seller_id
ORDER BY sub.id, price.tier
