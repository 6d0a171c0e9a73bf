-- Show the lines behind a total, one page at a time, with the totals over all pages.
-- Common subset of SQL without placeholders. Reads usage_line, valid_source, subscription_map and
-- drill_down_request (subscription_id, sku_id, charge_month, after_start, after_hash,
-- after_occurrence, page_size), which has one row. Writes nothing.
-- Pages follow the key (charge_period_start, line_hash, occurrence), which never changes, so that a
-- page is the same whenever it is asked for. A page without lines still gives the totals once.
WITH matching AS (
    SELECT
        l.charge_period_start AT TIME ZONE 'UTC' AS charge_period_start,
        l.charge_period_end AT TIME ZONE 'UTC' AS charge_period_end,
        l.line_hash AS line_hash,
        l.occurrence AS occurrence,
        l.line_no AS line_no,
        l.import_id AS import_id,
        l.charge_category AS charge_category,
        l.charge_description AS charge_description,
        l.service_name AS service_name,
        l.resource_id AS resource_id,
        l.resource_name AS resource_name,
        l.region_name AS region_name,
        l.pricing_quantity AS quantity,
        l.pricing_unit AS pricing_unit,
        l.billed_cost AS cost,
        l.billing_currency AS cost_currency,
        l.tags AS tags,
        l.list_cost AS list_cost
    FROM drill_down_request AS q
    INNER JOIN subscription_map AS m ON q.subscription_id = m.subscription_id
    INNER JOIN usage_line AS l
        ON
            m.provider_name = l.provider_name
            AND m.sub_account_id = l.sub_account_id
            AND q.sku_id = l.sku_id
            AND q.charge_month = l.charge_month
    INNER JOIN valid_source AS s
        ON
            l.provider_name = s.provider_name
            AND l.sub_account_id = s.sub_account_id
            AND l.billing_month = s.billing_month
            AND l.import_id = s.import_id
),

total AS (
    SELECT
        COUNT(*) AS total_lines,
        CAST(COALESCE(SUM(a.quantity), 0) AS DECIMAL(38, 15)) AS total_quantity,
        CAST(COALESCE(SUM(a.cost), 0) AS DECIMAL(38, 15)) AS total_cost
    FROM matching AS a
),

later AS (
    SELECT
        a.*,
        ROW_NUMBER() OVER (
            ORDER BY a.charge_period_start, a.line_hash, a.occurrence
        ) AS place
    FROM matching AS a
    CROSS JOIN drill_down_request AS q
    WHERE
        a.charge_period_start > q.after_start
        OR (
            a.charge_period_start = q.after_start
            AND (
                a.line_hash > q.after_hash
                OR (a.line_hash = q.after_hash AND a.occurrence > q.after_occurrence)
            )
        )
)

SELECT
    t.total_lines AS total_lines,
    t.total_quantity AS total_quantity,
    t.total_cost AS total_cost,
    p.charge_period_start AS charge_period_start,
    p.charge_period_end AS charge_period_end,
    p.line_hash AS line_hash,
    p.occurrence AS occurrence,
    p.line_no AS line_no,
    p.import_id AS import_id,
    p.charge_category AS charge_category,
    p.charge_description AS charge_description,
    p.service_name AS service_name,
    p.resource_id AS resource_id,
    p.resource_name AS resource_name,
    p.region_name AS region_name,
    p.quantity AS quantity,
    p.pricing_unit AS pricing_unit,
    p.cost AS cost,
    p.cost_currency AS cost_currency,
    p.tags AS tags,
    p.list_cost AS list_cost
FROM total AS t
LEFT JOIN (
    SELECT a.*
    FROM later AS a
    INNER JOIN drill_down_request AS q ON a.place <= q.page_size
) AS p ON 1 = 1
ORDER BY
    p.charge_period_start,
    p.line_hash,
    p.occurrence
