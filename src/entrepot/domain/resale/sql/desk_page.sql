-- List a page of the plan periods that a seller may sell, by the name that it shows, for its price manager.
-- seller_path bigint[]: the sellers from the provider down to the one that asks.
-- language text: the language of the names.
-- patterns text[]: what names and codes have to match, all of them, in small letters; empty for everything.
-- own_currency text: only periods with an own price of the seller in this currency, null for all.
-- on_day date: the day on which, or after which, such a price holds.
-- after_id bigint: the plan period before the page, null for the first page.
-- size integer: how many rows at most.
-- Safe to repeat: it reads.
-- Returns plan period, name, and whether the seller shows the plan.
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
    GROUP BY own.plan_id
),

named AS (
    SELECT
        plan.id,
        coalesce(overlay.name ->> %(language)s, overlay.name ->> 'en', plan.name) AS name,
        coalesce(overlay.is_published, plan.is_published) AS is_published,
        plan.product_code,
        plan.sku_code
    FROM plan
    LEFT JOIN overlay ON overlay.plan_id = plan.id
    WHERE
        cardinality(%(seller_path)s::bigint[]) = 1
        OR coalesce(overlay.is_delegated, plan.is_published)
        OR overlay.is_published
),

matching AS (
    SELECT
        period.id,
        lower(named.name) AS place,
        named.id AS plan_id,
        period.term_months,
        period.billing_months,
        named.name,
        named.is_published
    FROM named
    INNER JOIN plan_period AS period ON period.plan_id = named.id AND period.is_active
    WHERE
        lower(concat_ws(' ', named.name, named.product_code, named.sku_code)) LIKE ALL (%(patterns)s::text[])
        AND (
            %(own_currency)s::text IS NULL
            OR EXISTS (
                SELECT FROM seller_price AS own
                WHERE
                    own.seller_id = (%(seller_path)s::bigint[])[cardinality(%(seller_path)s::bigint[])]
                    AND own.plan_period_id = period.id
                    AND own.currency = %(own_currency)s::text
                    AND (own.valid_to IS NULL OR own.valid_to > %(on_day)s::date)
            )
        )
)

SELECT
    matching.id,
    matching.name,
    matching.is_published
FROM matching
WHERE
    (
        (matching.place, matching.plan_id, matching.term_months, matching.billing_months)
        > (
            SELECT
                before.place,
                before.plan_id,
                before.term_months,
                before.billing_months
            FROM matching AS before
            WHERE before.id = %(after_id)s::bigint
        )
    ) IS NOT FALSE
ORDER BY matching.place, matching.plan_id, matching.term_months, matching.billing_months
LIMIT %(size)s::integer
