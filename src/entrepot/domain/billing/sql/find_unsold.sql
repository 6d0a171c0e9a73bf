-- Find the due subscriptions that cannot be sold: broken chain, no tax zone or rule, no price or rate for a starting term.
-- Temp: put_aside (subscription_id bigint, tenant_id bigint, due_on date, reason text, detail jsonb);
-- Reads temp due, due_item, due_change, quote, sale.
-- Safe to repeat: it fills a temporary table. Docs/billing.md section 5.
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
        sale.problem AS reason,
        jsonb_build_object('tier', sale.tier, 'billing_account', sale.billing_account_id) AS detail,
        sale.tier,
        1 AS rank
    FROM sale
    INNER JOIN due ON due.subscription_id = sale.subscription_id
    WHERE
        sale.problem IS NOT NULL
        AND (
            due.starts_period
            OR due.bills_usage
            OR (
                due.status = 'active'
                AND (
                    due.cancels OR due.lapses
                    OR EXISTS (
                        SELECT
                        FROM due_change AS change
                        WHERE change.subscription_id = due.subscription_id AND change.is_charged
                    )
                )
            )
        )
    UNION ALL
    SELECT
        due.subscription_id,
        due.tenant_id,
        due.event_on,
        'chain_broken' AS reason,
        jsonb_build_object('chain', due.chain_id, 'links', coalesce(sold.links, 0)) AS detail,
        0 AS tier,
        0 AS rank
    FROM due
    LEFT JOIN (
        SELECT
            sale.subscription_id,
            count(*) AS links,
            max(sale.tiers) AS tiers
        FROM sale
        GROUP BY sale.subscription_id
    ) AS sold ON sold.subscription_id = due.subscription_id
    WHERE
        coalesce(sold.links < sold.tiers, TRUE)
        AND (
            due.starts_period
            OR due.bills_usage
            OR (
                due.status = 'active'
                AND (
                    due.cancels OR due.lapses
                    OR EXISTS (
                        SELECT
                        FROM due_change AS change
                        WHERE change.subscription_id = due.subscription_id AND change.is_charged
                    )
                )
            )
        )
    UNION ALL
    SELECT
        due.subscription_id,
        due.tenant_id,
        due.event_on,
        quote.problem AS reason,
        jsonb_build_object(
            'tier', quote.tier, 'plan_period', due.plan_period_id, 'resource', quote.resource_id, 'on', due.event_on
        ) AS detail,
        quote.tier,
        2 AS rank
    FROM quote
    INNER JOIN due
        ON
            due.chain_id = quote.chain_id
            AND due.plan_period_id = quote.plan_period_id
            AND due.event_on = quote.on_day
    INNER JOIN due_item AS item
        ON item.subscription_id = due.subscription_id AND item.resource_id = quote.resource_id
    WHERE quote.problem IS NOT NULL AND due.starts_term
    UNION ALL
    SELECT
        due.subscription_id,
        due.tenant_id,
        due.event_on,
        'no_price' AS reason,
        jsonb_build_object(
            'tier', wanted.tier, 'plan_period', due.plan_period_id, 'resource', item.resource_id, 'on', due.event_on
        ) AS detail,
        wanted.tier,
        3 AS rank
    FROM due
    INNER JOIN due_item AS item ON item.subscription_id = due.subscription_id
    INNER JOIN sale AS wanted ON wanted.subscription_id = due.subscription_id
    LEFT JOIN quote
        ON
            quote.chain_id = due.chain_id
            AND quote.plan_period_id = due.plan_period_id
            AND quote.resource_id = item.resource_id
            AND quote.on_day = due.event_on
            AND quote.tier = wanted.tier
            AND quote.kind = CASE WHEN due.is_usage THEN 'usage' ELSE 'recurring' END::price_kind
    WHERE due.starts_term AND quote.kind IS NULL AND (due.is_usage OR NOT item.is_measured)
) AS fault
ORDER BY fault.subscription_id, fault.rank, fault.tier
