-- Prove that every delivered seat-day is charged exactly once: two step functions over the days, one made of charges,
-- one of service spans and quantities, must have the same steps for every item and tier.
-- whole boolean: all subscriptions and all days; otherwise only the running period of those that the run touched.
-- from_day date: first day of the run.
-- to_day date: last day of the run.
-- findings_max bigint: how many findings to name.
-- Safe to repeat: it only reads. A row without a problem holds the figures.
WITH scope AS (
    SELECT
        sub.subscription_id,
        sub.period_end,
        chain.tiers,
        CASE WHEN %(whole)s THEN '-infinity'::date ELSE coalesce(sub.period_start, '-infinity'::date) END AS since
    FROM sub_billing AS sub
    INNER JOIN chain ON chain.id = sub.chain_id
    WHERE
        %(whole)s
        OR (sub.status = 'active' AND sub.period_start BETWEEN %(from_day)s AND %(to_day)s)
        OR sub.subscription_id IN (
            SELECT charge.subscription_id
            FROM charge
            WHERE charge.statement_on >= %(from_day)s AND charge.billed_on BETWEEN %(from_day)s AND %(to_day)s
        )
),

item AS (
    SELECT
        item.id,
        item.subscription_id,
        item.quantity,
        item.is_measured,
        scope.since,
        scope.period_end,
        scope.tiers
    FROM subscription_item AS item
    INNER JOIN scope ON scope.subscription_id = item.subscription_id
),

change_day AS (
    -- A change that was ordered for days of a period that is over counts from the period that ran when it was applied.
    SELECT
        change.id,
        greatest(change.effective_on, max(charge.period_start)) AS on_day
    FROM quantity_change AS change
    INNER JOIN scope ON scope.subscription_id = change.subscription_id
    INNER JOIN charge
        ON
            charge.subscription_id = change.subscription_id
            AND charge.kind = 'recurring'
            AND charge.billed_on < change.applied_on
    WHERE change.effective_on < change.applied_on
    GROUP BY change.id, change.effective_on
),

resumed AS (
    -- Days without service (an unbilled hold): changes that waited meanwhile count from the day of the return.
    SELECT
        span.subscription_id,
        span.starts_on
    FROM (
        SELECT
            span.subscription_id,
            span.starts_on,
            lag(span.ends_on) OVER (PARTITION BY span.subscription_id ORDER BY span.starts_on) AS ended_on
        FROM service_span AS span
    ) AS span
    WHERE span.ended_on < span.starts_on
),

step AS (
    SELECT
        counted.item_id,
        counted.on_day,
        sum(counted.delta) AS delta
    FROM (
        SELECT
            change.item_id,
            greatest(change.effective_on, known.on_day, max(resumed.starts_on)) AS on_day,
            change.new_quantity - change.old_quantity AS delta
        FROM quantity_change AS change
        INNER JOIN scope ON scope.subscription_id = change.subscription_id
        LEFT JOIN change_day AS known ON known.id = change.id
        LEFT JOIN resumed
            ON resumed.subscription_id = change.subscription_id AND resumed.starts_on <= change.applied_on
        WHERE change.applied_on IS NOT NULL
        GROUP BY change.id, known.on_day
    ) AS counted
    GROUP BY counted.item_id, counted.on_day
),

held AS (
    -- Quantity by days, backwards from the quantity of now.
    SELECT
        item.id AS item_id,
        '-infinity'::date AS from_day,
        coalesce(min(step.on_day), 'infinity'::date) AS to_day,
        item.quantity - coalesce(sum(step.delta), 0) AS quantity
    FROM item
    LEFT JOIN step ON step.item_id = item.id
    GROUP BY item.id, item.quantity
    UNION ALL
    SELECT
        item.id,
        step.on_day,
        coalesce(lead(step.on_day) OVER by_day, 'infinity'::date),
        item.quantity
        - coalesce(sum(step.delta) OVER (by_day ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0)
    FROM item
    INNER JOIN step ON step.item_id = item.id
    WINDOW by_day AS (PARTITION BY item.id ORDER BY step.on_day)
),

priced AS (
    -- An item with a recurring price has one on every tier; a measured one only where somebody set it.
    SELECT
        price.item_id,
        CASE WHEN item.is_measured THEN price.tier ELSE 1 END AS first_tier,
        CASE WHEN item.is_measured THEN price.tier ELSE item.tiers END AS last_tier,
        range_agg(daterange(price.valid_from, price.valid_to)) AS days
    FROM agreed_price AS price
    INNER JOIN item ON item.id = price.item_id
    WHERE price.kind = 'recurring'
    GROUP BY 1, 2, 3
),

delivered AS MATERIALIZED (
    SELECT
        item.id AS item_id,
        priced.first_tier,
        priced.last_tier,
        held.quantity,
        1 + priced.last_tier - priced.first_tier AS tiers,
        lower(part.days) AS from_day,
        upper(part.days) AS to_day
    FROM item
    INNER JOIN held ON held.item_id = item.id
    INNER JOIN priced ON priced.item_id = item.id
    INNER JOIN service_span AS span ON span.subscription_id = item.subscription_id
    CROSS JOIN LATERAL (
        SELECT
            greatest(held.from_day, span.starts_on, item.since) AS from_day,
            least(held.to_day, span.ends_on, item.period_end) AS to_day
    ) AS piece
    CROSS JOIN LATERAL unnest(
        priced.days * datemultirange(daterange(piece.from_day, greatest(piece.from_day, piece.to_day)))
    ) AS part (days)
    WHERE item.period_end IS NOT NULL AND held.quantity <> 0
),

charged AS MATERIALIZED (
    SELECT
        charge.item_id,
        charge.subscription_id,
        charge.tier,
        charge.period_start,
        charge.period_end,
        charge.quantity
    FROM charge
    INNER JOIN scope ON scope.subscription_id = charge.subscription_id
    WHERE
        charge.kind IN ('recurring', 'change', 'refund')
        AND charge.period_start >= scope.since
        AND charge.period_start >= (SELECT min(least.since) FROM scope AS least)
),

wrong AS (
    SELECT
        apart.item_id,
        apart.tier,
        apart.on_day AS from_day,
        lead(apart.on_day) OVER by_day AS to_day,
        sum(apart.quantity) OVER by_day AS surplus
    FROM (
        SELECT
            edge.item_id,
            edge.tier,
            edge.on_day,
            sum(edge.quantity) AS quantity
        FROM (
            SELECT item_id, tier, period_start AS on_day, quantity FROM charged
            UNION ALL
            SELECT item_id, tier, period_end, -quantity FROM charged
            UNION ALL
            SELECT item_id, tier, from_day, -quantity
            FROM delivered CROSS JOIN generate_series(first_tier, last_tier) AS tier
            UNION ALL
            SELECT item_id, tier, to_day, quantity
            FROM delivered CROSS JOIN generate_series(first_tier, last_tier) AS tier
        ) AS edge
        GROUP BY edge.item_id, edge.tier, edge.on_day
        HAVING sum(edge.quantity) <> 0
    ) AS apart
    WINDOW by_day AS (PARTITION BY apart.item_id, apart.tier ORDER BY apart.on_day)
)

SELECT
    NULL AS problem,
    NULL AS object_kind,
    NULL::bigint AS object_id,
    jsonb_build_object(
        'days_checked', (SELECT coalesce(sum((to_day - from_day) * tiers), 0) FROM delivered),
        'seat_days_delivered',
        (SELECT trim_scale(coalesce(sum((to_day - from_day) * tiers * quantity), 0)) FROM delivered),
        'seat_days_charged',
        (SELECT trim_scale(coalesce(sum((period_end - period_start) * quantity), 0)) FROM charged),
        'days_missing', (SELECT coalesce(sum(to_day - from_day), 0) FROM wrong WHERE surplus < 0),
        'days_doubled', (SELECT coalesce(sum(to_day - from_day), 0) FROM wrong WHERE surplus > 0)
    ) AS facts,
    NULL::bigint AS total
UNION ALL
(
    SELECT
        CASE WHEN wrong.surplus < 0 THEN 'days_not_charged' ELSE 'days_charged_too_much' END,
        'subscription',
        coalesce(item.subscription_id, 0),
        jsonb_build_object(
            'item', wrong.item_id, 'tier', wrong.tier, 'from', wrong.from_day, 'to', wrong.to_day - 1,
            'days', wrong.to_day - wrong.from_day, 'quantity', trim_scale(abs(wrong.surplus))
        ),
        count(*) OVER ()
    FROM wrong
    LEFT JOIN subscription_item AS item ON item.id = wrong.item_id
    WHERE wrong.surplus <> 0
    ORDER BY 3, wrong.item_id, wrong.tier, wrong.from_day
    LIMIT %(findings_max)s
)
