-- List a page of the plans that a seller may show, by the name that it shows, with whether it set values of its own.
-- seller_path bigint[]: the sellers from the provider down to the one that asks.
-- language text: the language of the names.
-- patterns text[]: what names and codes have to match, all of them, in small letters; empty for everything.
-- category_id bigint: the sales category in which the seller shows them, 0 for none, null for all.
-- is_published boolean: only plans that it shows or does not show, null for both.
-- own_only boolean: only plans with values of its own.
-- waiting_only boolean: only new plans that wait for its review.
-- after_id bigint: the plan before the page, null for the first page.
-- size integer: how many rows at most.
-- Safe to repeat: it reads.
-- Returns plan, whether the seller set values of its own, and whether it waits for the seller's review.
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
        (array_agg(own.name ORDER BY path.place DESC) FILTER (WHERE own.name IS NOT NULL))[1] AS name,
        (
            array_agg(own.sales_category_id ORDER BY path.place DESC)
            FILTER (WHERE own.sales_category_id IS NOT NULL)
        )[1] AS category_id,
        bool_or(
            path.place = cardinality(%(seller_path)s::bigint[])
            AND NOT own.is_waiting
            AND num_nonnulls(
                own.is_published,
                own.name,
                own.description,
                own.sales_category_id,
                own.display_in_customer_panel
            ) > 0
        ) AS has_own,
        bool_or(path.place = cardinality(%(seller_path)s::bigint[]) AND own.is_waiting) AS is_waiting
    FROM unnest(%(seller_path)s::bigint[]) WITH ORDINALITY AS path (account_id, place)
    INNER JOIN plan_overlay AS own ON own.account_id = path.account_id
    GROUP BY own.plan_id
),

matching AS (
    SELECT
        plan.id,
        lower(coalesce(overlay.name ->> %(language)s, overlay.name ->> 'en', plan.name)) AS place,
        coalesce(overlay.has_own, FALSE) AS has_own,
        coalesce(overlay.is_waiting, FALSE) AS is_waiting
    FROM plan
    INNER JOIN service ON service.id = plan.service_id
    INNER JOIN vendor ON vendor.id = service.vendor_id
    LEFT JOIN overlay ON overlay.plan_id = plan.id
    WHERE
        (
            cardinality(%(seller_path)s::bigint[]) = 1
            OR coalesce(overlay.is_delegated, plan.is_published)
            OR overlay.is_published
        )
        AND lower(
            concat_ws(
                ' ',
                coalesce(overlay.name ->> %(language)s, overlay.name ->> 'en', plan.name),
                plan.name,
                service.name,
                vendor.name,
                plan.product_code,
                plan.sku_code
            )
        ) LIKE ALL (%(patterns)s::text[])
        AND (
            %(category_id)s::bigint IS NULL
            OR coalesce(overlay.category_id, plan.sales_category_id, 0) = %(category_id)s::bigint
        )
        AND (
            %(is_published)s::boolean IS NULL
            OR coalesce(overlay.is_published, plan.is_published) = %(is_published)s::boolean
        )
        AND (NOT %(own_only)s OR overlay.has_own)
        AND (NOT %(waiting_only)s OR overlay.is_waiting)
)

SELECT
    matching.id,
    matching.has_own,
    matching.is_waiting
FROM matching
WHERE
    (
        (matching.place, matching.id)
        > (
            SELECT
                before.place,
                before.id
            FROM matching AS before
            WHERE before.id = %(after_id)s::bigint
        )
    ) IS NOT FALSE
ORDER BY matching.place, matching.id
LIMIT %(size)s::integer
