-- Compare what a day bills to each subscription with the bill of its own previous period, tier by tier, and name the cause.
-- run_day date: the day of the run.
-- Temp: period_difference (subscription_id bigint, customer_id bigint, seller_id bigint, buyer_id bigint, plan_id bigint,
--  tier smallint, currency text, before_net numeric, now_net numeric, cause text, is_explained boolean);
-- Safe to repeat: it fills a temporary table. Decision 24. A cause is explained when a recorded fact stands
-- behind it, such as an applied quantity change, another price row, rule, rate or discount, a start, an end, or use.
INSERT INTO period_difference
SELECT
    now_bill.subscription_id,
    sub.customer_id,
    account.seller_id,
    account.buyer_id,
    sub.plan_id,
    now_bill.tier,
    account.currency,
    coalesce(past.net, 0),
    now_bill.net,
    why.cause,
    why.cause NOT IN ('price_unexplained', 'quantity_unexplained', 'unexplained')
FROM (
    SELECT
        charge.subscription_id,
        charge.tier,
        min(charge.billing_account_id) AS billing_account_id,
        sum(charge.net) AS net,
        coalesce(sum(charge.net) FILTER (WHERE charge.kind = 'recurring'), 0) AS recurring_net,
        max(charge.unit_price) FILTER (WHERE charge.kind = 'recurring') AS unit_price,
        sum(charge.quantity) FILTER (WHERE charge.kind = 'recurring') AS quantity,
        max(charge.discount_ppm) FILTER (WHERE charge.kind = 'recurring') AS discount_ppm,
        max(charge.num * 1000 / charge.den) FILTER (WHERE charge.kind = 'recurring') AS part,
        max(charge.agreed_price_id) FILTER (WHERE charge.kind = 'recurring') AS agreed_price_id,
        max(charge.period_start) FILTER (WHERE charge.kind = 'recurring') AS period_start,
        bool_or(charge.kind = 'refund') AS has_refund,
        bool_or(charge.kind IN ('usage', 'overuse')) AS has_use,
        bool_or(charge.kind IN ('setup', 'renewal')) AS has_setup
    FROM charge
    WHERE charge.billed_on = %(run_day)s AND charge.statement_on >= %(run_day)s
    GROUP BY charge.subscription_id, charge.tier
) AS now_bill
INNER JOIN subscription AS sub ON sub.id = now_bill.subscription_id
INNER JOIN billing_account AS account ON account.id = now_bill.billing_account_id
LEFT JOIN LATERAL (
    SELECT
        sum(old.net) AS net,
        coalesce(sum(old.net) FILTER (WHERE old.kind = 'recurring'), 0) AS recurring_net,
        max(old.unit_price) FILTER (WHERE old.kind = 'recurring') AS unit_price,
        sum(old.quantity) FILTER (WHERE old.kind = 'recurring') AS quantity,
        max(old.discount_ppm) FILTER (WHERE old.kind = 'recurring') AS discount_ppm,
        max(old.num * 1000 / old.den) FILTER (WHERE old.kind = 'recurring') AS part,
        max(old.agreed_price_id) FILTER (WHERE old.kind = 'recurring') AS agreed_price_id,
        bool_or(old.kind IN ('usage', 'overuse')) AS had_use,
        bool_or(old.kind IN ('setup', 'renewal')) AS had_setup
    FROM subscription_item AS item
    INNER JOIN charge AS old ON old.item_id = item.id AND old.tier = now_bill.tier
    WHERE
        item.subscription_id = now_bill.subscription_id
        AND old.billed_on < %(run_day)s
        AND old.kind IN ('recurring', 'setup', 'renewal', 'usage', 'overuse')
        AND old.period_start >= (
            SELECT max(last_one.period_start)
            FROM charge AS last_one
            WHERE
                last_one.item_id = item.id
                AND last_one.tier = now_bill.tier
                AND last_one.kind IN ('recurring', 'usage')
                AND last_one.billed_on < %(run_day)s
        )
) AS past ON TRUE
LEFT JOIN agreed_price AS new_price ON new_price.id = now_bill.agreed_price_id
LEFT JOIN agreed_price AS old_price ON old_price.id = past.agreed_price_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN now_bill.has_refund THEN 'cancelled'
        WHEN past.net IS NULL THEN 'first_bill'
        WHEN now_bill.net = past.net THEN 'same'
        WHEN now_bill.quantity <> past.quantity AND EXISTS (
            SELECT
            FROM quantity_change AS change
            WHERE change.subscription_id = now_bill.subscription_id AND change.applied_on IS NOT NULL
        ) THEN 'quantity'
        WHEN now_bill.quantity <> past.quantity THEN 'quantity_unexplained'
        WHEN now_bill.discount_ppm <> past.discount_ppm THEN 'discount'
        WHEN
            now_bill.unit_price <> past.unit_price
            AND (
                new_price.catalog_price_id IS DISTINCT FROM old_price.catalog_price_id
                OR new_price.seller_price_id IS DISTINCT FROM old_price.seller_price_id
                OR new_price.margin_rule_id IS DISTINCT FROM old_price.margin_rule_id
                OR new_price.exchange_rate IS DISTINCT FROM old_price.exchange_rate
            )
            THEN 'price'
        WHEN now_bill.unit_price <> past.unit_price THEN 'price_unexplained'
        WHEN now_bill.part <> past.part THEN 'part_period'
        WHEN now_bill.has_use OR past.had_use THEN 'usage'
        WHEN now_bill.has_setup OR past.had_setup THEN 'setup'
        WHEN now_bill.recurring_net = past.recurring_net OR now_bill.period_start IS NULL THEN 'change_in_period'
        ELSE 'unexplained'
    END AS cause
) AS why
