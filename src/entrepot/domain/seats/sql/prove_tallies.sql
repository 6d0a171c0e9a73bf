-- Prove that the units counted as given are those that people have.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads.
-- A row without a problem holds the figures.
WITH had AS (
    SELECT
        seat.item_id,
        min(seat.subscription_id) AS subscription_id,
        count(*) AS units
    FROM seat
    GROUP BY seat.item_id
),

counted AS (
    SELECT
        tally.item_id,
        sum(tally.units) AS units
    FROM seat_tally AS tally
    GROUP BY tally.item_id
),

wrong AS MATERIALIZED (
    SELECT
        coalesce(had.subscription_id, item.subscription_id) AS subscription_id,
        jsonb_build_object(
            'item', coalesce(had.item_id, counted.item_id),
            'units', coalesce(had.units, 0),
            'counted', coalesce(counted.units, 0)
        ) AS facts
    FROM had
    FULL JOIN counted ON counted.item_id = had.item_id
    LEFT JOIN subscription_item AS item ON item.id = counted.item_id
    WHERE coalesce(had.units, 0) <> coalesce(counted.units, 0)
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object('units_given', (SELECT coalesce(sum(had.units), 0) FROM had)) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        'units_given_wrong',
        'subscription',
        wrong.subscription_id,
        wrong.facts,
        count(*) OVER ()
    FROM wrong
    ORDER BY wrong.subscription_id, wrong.facts
    LIMIT %(findings_max)s
)
