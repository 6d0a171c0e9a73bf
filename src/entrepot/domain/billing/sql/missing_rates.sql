-- Find the pairs of currencies for which subscriptions wait that could not be billed, with their number.
-- The rate is from the currency of the tier below (the catalogue's for the provider's own sale) to that of the sale.
-- Safe to repeat: it only reads.
SELECT
    pair.from_currency,
    pair.to_currency,
    count(DISTINCT pair.subscription_id) AS subscriptions
FROM (
    SELECT
        put.subscription_id,
        coalesce(below.currency, listed.currency) AS from_currency,
        account.currency AS to_currency
    FROM quarantine AS put
    INNER JOIN sub_billing AS narrow ON narrow.subscription_id = put.subscription_id
    INNER JOIN chain ON chain.id = narrow.chain_id
    INNER JOIN chain_link AS link ON link.chain_id = chain.id AND link.tier = (put.detail ->> 'tier')::smallint
    INNER JOIN billing_account AS account ON account.id = link.billing_account_id
    LEFT JOIN chain_link AS lower ON lower.chain_id = chain.id AND lower.tier = link.tier - 1
    LEFT JOIN billing_account AS below ON below.id = lower.billing_account_id
    LEFT JOIN LATERAL (
        SELECT price.currency
        FROM catalog_price AS price
        WHERE
            price.plan_period_id = narrow.plan_period_id
            AND price.resource_id = (put.detail ->> 'resource')::bigint
            AND price.market = chain.market
        ORDER BY price.valid_from DESC, price.id
        LIMIT 1
    ) AS listed ON TRUE
    WHERE put.resolved_on IS NULL AND put.reason = 'no_exchange_rate'
) AS pair
WHERE pair.from_currency <> pair.to_currency
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
