-- Sum up the differences of the provider's own sales by one column: per currency the largest rows, and the rest as one.
-- by_what text: reseller, customer, plan or subscription.
-- rows_max bigint: how many rows to name per currency.
-- Reads temp period_difference.
-- Safe to repeat: it only reads. The largest unexplained change stands first (decision 24). The row without an id holds
-- everything that is not named, so that the rows of a currency always add up to its whole.
WITH sold AS (
    SELECT
        CASE %(by_what)s
            WHEN 'reseller' THEN buyer_id
            WHEN 'customer' THEN customer_id
            WHEN 'plan' THEN plan_id
            ELSE subscription_id
        END AS id,
        currency, cause, is_explained, before_net, now_net
    FROM period_difference
    WHERE tier = 1
),

by_cause AS (
    SELECT
        id, currency, cause, is_explained,
        count(*) AS subscriptions,
        sum(before_net) AS before_net,
        sum(now_net) AS now_net,
        sum(abs(now_net - before_net)) AS size
    FROM sold
    GROUP BY id, currency, cause, is_explained
),

summed AS (
    SELECT
        id,
        currency,
        sum(subscriptions)::bigint AS subscriptions,
        sum(before_net) AS before_net,
        sum(now_net) AS now_net,
        coalesce(sum(subscriptions) FILTER (WHERE NOT is_explained), 0)::bigint AS unexplained,
        coalesce(sum(size) FILTER (WHERE NOT is_explained), 0) AS unexplained_size,
        coalesce(jsonb_agg(jsonb_build_object(
            'cause', cause, 'subscriptions', subscriptions, 'change', trim_scale(now_net - before_net)::text
        ) ORDER BY is_explained, size DESC, cause) FILTER (WHERE cause <> 'same'), '[]'::jsonb) AS causes
    FROM by_cause
    GROUP BY id, currency
),

placed AS (
    SELECT
        id, currency, subscriptions, before_net, now_net, unexplained, causes,
        row_number() OVER (
            PARTITION BY currency ORDER BY unexplained_size DESC, abs(now_net - before_net) DESC, id
        ) AS place
    FROM summed
),

marked AS (
    SELECT
        id, currency, subscriptions, before_net, now_net, unexplained, causes, place,
        place <= %(rows_max)s AND (now_net <> before_net OR unexplained > 0) AS is_named
    FROM placed
)

SELECT
    marked.currency,
    marked.id,
    coalesce(account.name, plan.name, sub.plan_name, '') AS name,
    coalesce(sub.customer_name, '') AS note,
    1::bigint AS members,
    marked.subscriptions,
    marked.before_net,
    marked.now_net,
    marked.unexplained,
    marked.causes::text AS causes,
    marked.place
FROM marked
LEFT JOIN account ON account.id = marked.id AND %(by_what)s IN ('reseller', 'customer')
LEFT JOIN plan ON plan.id = marked.id AND %(by_what)s = 'plan'
LEFT JOIN subscription AS sub ON sub.id = marked.id AND %(by_what)s = 'subscription'
WHERE marked.is_named
UNION ALL
SELECT
    marked.currency,
    NULL,
    '',
    '',
    count(*),
    sum(marked.subscriptions)::bigint,
    sum(marked.before_net),
    sum(marked.now_net),
    sum(marked.unexplained)::bigint,
    '[]',
    NULL
FROM marked
WHERE NOT marked.is_named
GROUP BY marked.currency
ORDER BY currency, place NULLS LAST
