-- Lists of own purchases: some of the largest reseller's sales become its own use, others go to one of its customers.
-- Rows stay with the seller of the tier above, so that no price has to be made up.
-- reseller bigint: the largest reseller.
-- customer bigint: one of its customers.
-- own bigint: how many of its customers' subscriptions become its own.
-- bought bigint: how many of them become the customer's.
WITH picked AS (
    SELECT subscription.id, row_number() OVER (ORDER BY hashint8(subscription.id), subscription.id) AS place
    FROM subscription
    WHERE subscription.seller_id = %(reseller)s AND subscription.customer_id <> %(customer)s
),

way AS (
    INSERT INTO chain (id, tenant_id, customer_id, market, tiers)
    SELECT id, tenant_id, id, 'DE', 1 FROM account WHERE id = %(reseller)s
    RETURNING id
),

link AS (
    INSERT INTO chain_link (tenant_id, chain_id, tier, billing_account_id, seller_id)
    SELECT account.tenant_id, way.id, 1, account.id, account.parent_id
    FROM way INNER JOIN account ON account.id = way.id
),

moved AS (
    UPDATE subscription
    SET
        customer_id = buyer.id,
        customer_path = buyer.path,
        customer_name = buyer.name,
        seller_id = buyer.parent_id,
        chain_id = buyer.id,
        is_own = buyer.kind = 'reseller',
        search_text = lower(buyer.name) || ' plan ' || subscription.plan_id || ' sub-' || subscription.id
    FROM picked
    INNER JOIN account AS buyer
        ON buyer.id = CASE WHEN picked.place <= %(own)s THEN %(reseller)s ELSE %(customer)s END
    WHERE subscription.id = picked.id AND picked.place <= %(own)s + %(bought)s
    RETURNING subscription.id, buyer.id AS buyer_id, subscription.seller_id, subscription.is_own
),

calendar AS (
    UPDATE term_calendar
    SET seller_id = moved.seller_id, customer_id = moved.buyer_id
    FROM moved
    WHERE term_calendar.subscription_id = moved.id
),

states AS (
    UPDATE sub_billing
    SET customer_id = moved.buyer_id, chain_id = moved.buyer_id
    FROM moved
    WHERE sub_billing.subscription_id = moved.id
),

gone_money AS (
    DELETE FROM subscription_money AS money USING moved
    WHERE money.subscription_id = moved.id AND moved.is_own AND money.tier > 1
)

DELETE FROM agreed_price AS price
USING subscription_item AS item, moved
WHERE item.subscription_id = moved.id AND moved.is_own AND price.item_id = item.id AND price.tier > 1
