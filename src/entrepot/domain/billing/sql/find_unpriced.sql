-- Find the due subscriptions whose running term has no agreed price for what has to be charged.
-- Reads temp due, due_item, due_change, sale, put_aside.
-- Safe to repeat: it fills a temporary table. Only run after a charge was refused. Docs/billing.md section 5.
INSERT INTO put_aside
SELECT DISTINCT ON (fault.subscription_id)
    fault.subscription_id,
    fault.tenant_id,
    fault.event_on,
    fault.reason,
    fault.detail
FROM (
    SELECT
        due.subscription_id,
        due.tenant_id,
        due.event_on,
        'no_price' AS reason,
        jsonb_build_object(
            'tier', sale.tier, 'plan_period', due.plan_period_id, 'resource', item.resource_id, 'on', need.on_day
        ) AS detail,
        sale.tier
    FROM due
    INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id
    INNER JOIN sale ON sale.subscription_id = due.subscription_id
    CROSS JOIN LATERAL (
        SELECT
            due.period_start AS on_day,
            'recurring'::price_kind AS kind
        WHERE due.starts_period AND NOT due.starts_term AND NOT due.is_usage AND NOT item.is_measured
        UNION ALL
        SELECT
            due.old_start,
            'recurring'
        FROM due_change AS change
        WHERE change.item_id = item.item_id AND change.is_charged AND NOT item.is_measured
        UNION ALL
        SELECT
            due.old_start,
            'usage'
        FROM usage_total AS total
        WHERE
            due.bills_usage
            AND total.subscription_id = due.subscription_id
            AND total.item_id = item.item_id
            AND total.tier = sale.tier
            AND total.billed_on IS NULL
            AND (total.period_end <= due.event_on OR due.closes_usage)
            AND round(total.amount_after, sale.exponent::integer)
            <> round(total.amount_before, sale.exponent::integer)
    ) AS need
    WHERE NOT EXISTS (
        SELECT
        FROM agreed_price AS price
        WHERE
            price.item_id = item.item_id
            AND price.tier = sale.tier
            AND price.kind = need.kind
            AND price.valid_from <= need.on_day
            AND (price.valid_to IS NULL OR price.valid_to > need.on_day)
    )
) AS fault
ORDER BY fault.subscription_id, fault.tier
