-- List a page of the plans that a seller shows, by name, with the number of plans in each sales category.
-- seller_path bigint[]: the sellers from the provider down to the one that sells.
-- language text: the language of the names.
-- in_customer_panel boolean: leave out what is not displayed in the panel of customers.
-- patterns text[]: what names and codes have to match, all of them, in small letters; empty for everything.
-- category_id bigint: the sales category of the page, 0 for plans without one, null for all.
-- after_id bigint: the plan before the page, null for the first page.
-- size integer: how many rows at most.
-- Safe to repeat: it reads.
-- Returns one row at least: the counts as {category: plans} ("0" without one), then a plan or null.
WITH overlay AS (
    SELECT
        own.plan_id,
        (array_agg(own.is_published ORDER BY path.place DESC) FILTER (WHERE own.is_published IS NOT NULL))[
            1
        ] AS is_published,
        (array_agg(own.name ORDER BY path.place DESC) FILTER (WHERE own.name IS NOT NULL))[1] AS name,
        (
            array_agg(own.sales_category_id ORDER BY path.place DESC)
            FILTER (WHERE own.sales_category_id IS NOT NULL)
        )[1] AS category_id,
        (
            array_agg(own.display_in_customer_panel ORDER BY path.place DESC)
            FILTER (WHERE own.display_in_customer_panel IS NOT NULL)
        )[1] AS is_displayed
    FROM unnest(%(seller_path)s::bigint[]) WITH ORDINALITY AS path (account_id, place)
    INNER JOIN plan_overlay AS own ON own.account_id = path.account_id
    GROUP BY own.plan_id
),

shown AS (
    SELECT
        plan.id,
        coalesce(overlay.name ->> %(language)s, overlay.name ->> 'en', plan.name) AS name,
        coalesce(overlay.category_id, plan.sales_category_id, 0) AS category_id,
        plan.service_id,
        plan.product_code,
        plan.sku_code
    FROM plan
    LEFT JOIN overlay ON overlay.plan_id = plan.id
    LEFT JOIN sales_category AS shelf ON shelf.id = coalesce(overlay.category_id, plan.sales_category_id)
    WHERE
        coalesce(overlay.is_published, plan.is_published)
        AND (
            NOT %(in_customer_panel)s
            OR (coalesce(overlay.is_displayed, TRUE) AND coalesce(shelf.display_in_customer_panel, TRUE))
        )
),

matching AS (
    SELECT
        shown.id,
        lower(shown.name) AS place,
        shown.category_id
    FROM shown
    INNER JOIN service ON service.id = shown.service_id
    INNER JOIN vendor ON vendor.id = service.vendor_id
    WHERE
        lower(concat_ws(' ', shown.name, service.name, vendor.name, shown.product_code, shown.sku_code))
        LIKE ALL (%(patterns)s::text[])
),

page AS (
    SELECT
        matching.id,
        matching.place
    FROM matching
    WHERE
        (%(category_id)s::bigint IS NULL OR matching.category_id = %(category_id)s::bigint)
        AND (
            matching.place
            > (SELECT before.place FROM matching AS before WHERE before.id = %(after_id)s::bigint)
            OR (
                matching.place
                = (SELECT before.place FROM matching AS before WHERE before.id = %(after_id)s::bigint)
                AND matching.id > %(after_id)s::bigint
            )
        ) IS NOT FALSE
    ORDER BY matching.place, matching.id
    LIMIT %(size)s::integer
)

SELECT
    counted.plans,
    page.id
FROM (
    SELECT coalesce(jsonb_object_agg(grouped.category_id, grouped.plans), '{}') AS plans
    FROM (
        SELECT
            matching.category_id,
            count(*) AS plans
        FROM matching
        GROUP BY matching.category_id
    ) AS grouped
) AS counted
LEFT JOIN page ON TRUE
ORDER BY page.place, page.id
