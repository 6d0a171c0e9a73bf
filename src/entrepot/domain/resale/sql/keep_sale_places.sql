-- Note where the sellers of some chains sell, as far as it is not known yet; the first chain of a place stands for all.
-- chain_ids bigint[]: the chains, or null for all
-- Writes sale_place.
-- Safe to repeat: what is known stays. Known rows are not locked, so that chains opened at once do not wait for each other.
INSERT INTO sale_place (seller_id, tier, market, cost_currency, currency, chain_id)
SELECT
    link.seller_id,
    link.tier,
    chain.market,
    coalesce(bought.currency, ''),
    sold.currency,
    min(chain.id)
FROM chain
INNER JOIN chain_link AS link ON link.chain_id = chain.id
INNER JOIN billing_account AS sold ON sold.id = link.billing_account_id
LEFT JOIN chain_link AS above ON above.chain_id = link.chain_id AND above.tier = link.tier - 1
LEFT JOIN billing_account AS bought ON bought.id = above.billing_account_id
WHERE %(chain_ids)s::bigint[] IS NULL OR chain.id = ANY(%(chain_ids)s::bigint[])
GROUP BY link.seller_id, link.tier, chain.market, bought.currency, sold.currency
ON CONFLICT DO NOTHING
