-- List the plan periods whose price above a seller changed between two days, newest first.
-- seller_ids bigint[]: the sellers above it.
-- market text: the market of the vendor's prices.
-- since date: the day that the seller has seen.
-- today date: the last day that counts.
-- size integer: how many rows at most.
-- Safe to repeat: it reads.
-- Returns plan period and the day of its newest change; first prices are none.
WITH begun AS (
    SELECT
        vendor.plan_period_id,
        vendor.valid_from
    FROM catalog_price AS vendor
    WHERE
        vendor.market = %(market)s
        AND vendor.valid_from > %(since)s
        AND vendor.valid_from <= %(today)s
        AND EXISTS (
            SELECT FROM catalog_price AS former
            WHERE
                former.plan_period_id = vendor.plan_period_id
                AND former.resource_id = vendor.resource_id
                AND former.kind = vendor.kind
                AND former.market = vendor.market
                AND former.valid_from < vendor.valid_from
        )
    UNION ALL
    SELECT
        own.plan_period_id,
        own.valid_from
    FROM seller_price AS own
    WHERE
        own.seller_id = any(%(seller_ids)s::bigint[])
        AND own.valid_from > %(since)s
        AND own.valid_from <= %(today)s
)

SELECT
    begun.plan_period_id,
    max(begun.valid_from) AS newest
FROM begun
GROUP BY begun.plan_period_id
ORDER BY newest DESC, begun.plan_period_id
LIMIT %(size)s
