-- Prove that the places where sellers sell are those of their chains.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads.
-- A row without a problem holds the figures.
WITH real AS MATERIALIZED (
    SELECT DISTINCT
        link.seller_id,
        link.tier,
        chain.market,
        coalesce(bought.currency, '') AS cost_currency,
        sold.currency
    FROM chain_link AS link
    INNER JOIN chain ON chain.id = link.chain_id
    INNER JOIN billing_account AS sold ON sold.id = link.billing_account_id
    LEFT JOIN chain_link AS above ON above.chain_id = link.chain_id AND above.tier = link.tier - 1
    LEFT JOIN billing_account AS bought ON bought.id = above.billing_account_id
),

wrong AS (
    SELECT
        coalesce(real.seller_id, kept.seller_id) AS seller_id,
        jsonb_build_object(
            'market', coalesce(real.market, kept.market),
            'cost_currency', coalesce(real.cost_currency, kept.cost_currency),
            'currency', coalesce(real.currency, kept.currency),
            'tier', coalesce(real.tier, kept.tier)
        ) AS facts
    FROM real
    FULL JOIN sale_place AS kept
        ON
            kept.seller_id = real.seller_id
            AND kept.tier = real.tier
            AND kept.market = real.market
            AND kept.cost_currency = real.cost_currency
            AND kept.currency = real.currency
    WHERE real.seller_id IS NULL OR kept.seller_id IS NULL
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('places', (SELECT count(*) FROM sale_place)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        'place_wrong',
        'account',
        wrong.seller_id,
        wrong.facts,
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.seller_id, wrong.facts
    LIMIT %(findings_max)s
)
