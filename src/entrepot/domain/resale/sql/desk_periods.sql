-- Find plan periods that a seller may sell, with the names that it shows.
-- seller_path bigint[]: the sellers from the provider down to the one that asks.
-- language text: the language of the names.
-- period_ids bigint[]: the plan periods.
-- Safe to repeat: it reads.
-- Returns plan period, name, and whether the seller shows the plan; without those that neither it nor the seller above shows.
WITH overlay AS (
    SELECT
        own.plan_id,
        (array_agg(own.is_published ORDER BY path.place DESC) FILTER (WHERE own.is_published IS NOT NULL))[
            1
        ] AS is_published,
        (
            array_agg(own.is_published ORDER BY path.place DESC)
            FILTER (
                WHERE own.is_published IS NOT NULL AND path.place < cardinality(%(seller_path)s::bigint[])
            )
        )[1] AS is_delegated,
        (array_agg(own.name ORDER BY path.place DESC) FILTER (WHERE own.name IS NOT NULL))[1] AS name
    FROM unnest(%(seller_path)s::bigint[]) WITH ORDINALITY AS path (account_id, place)
    INNER JOIN plan_overlay AS own ON own.account_id = path.account_id
    WHERE own.plan_id IN (SELECT asked.plan_id FROM plan_period AS asked WHERE asked.id = any(%(period_ids)s))
    GROUP BY own.plan_id
)

SELECT
    period.id,
    coalesce(overlay.name ->> %(language)s, overlay.name ->> 'en', plan.name) AS name,
    coalesce(overlay.is_published, plan.is_published) AS is_published
FROM plan_period AS period
INNER JOIN plan ON plan.id = period.plan_id
LEFT JOIN overlay ON overlay.plan_id = plan.id
WHERE
    period.id = any(%(period_ids)s)
    AND period.is_active
    AND (
        cardinality(%(seller_path)s::bigint[]) = 1
        OR coalesce(overlay.is_delegated, plan.is_published)
        OR overlay.is_published
    )
ORDER BY name, plan.id, period.term_months, period.billing_months
