-- Note which promotions the subscriptions of an order took.
-- tenant_id bigint: the tenant of the buyer.
-- customer_id bigint: the buyer.
-- subscription_ids bigint[]: the subscriptions, one per row.
-- tiers smallint[]: the tier of each row.
-- promotion_ids bigint[]: the promotion of each row.
-- Writes promotion_taken.
-- Safe to repeat: unique by subscription and tier.
INSERT INTO promotion_taken (tenant_id, subscription_id, tier, promotion_id, customer_id)
SELECT
    %(tenant_id)s,
    taken.subscription_id,
    taken.tier,
    taken.promotion_id,
    %(customer_id)s
FROM unnest(%(subscription_ids)s, %(tiers)s, %(promotion_ids)s) AS taken (subscription_id, tier, promotion_id)
