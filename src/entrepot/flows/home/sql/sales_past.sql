-- Work out from its charges what an account's own customers paid a month on past days, by currency and shelf (0 for none).
-- seller bigint: the account whose own sales are read.
-- days date[]: the days; a charge counts on each day that it covers.
-- since date: issue day of the oldest document that may hold a charge of these days.
-- open_from date: the first day that is not billed yet; charges of statements from then on count too.
-- most bigint: how many documents are read at most, newest first.
-- Writes nothing. A charge of a part of a period stands for the price of the whole one: net x den / num, by months.
-- Who cancelled without a refund keeps the service to the end of the paid period, but pays nothing more: not counted.
-- What the seller paid is the charge of the tier below for the same thing, at the rate of the agreed price.
WITH statement AS (
    (
        SELECT invoice.billing_account_id, invoice.statement_on
        FROM invoice
        WHERE invoice.seller_id = %(seller)s AND invoice.issued_on >= %(since)s
        ORDER BY invoice.issued_on DESC, invoice.id DESC
        LIMIT %(most)s
    )
    UNION
    SELECT
        account.id,
        CASE
            WHEN grid_date(%(open_from)s, 0, account.statement_day) >= %(open_from)s
                THEN grid_date(%(open_from)s, 0, account.statement_day)
            ELSE grid_date(%(open_from)s, 1, account.statement_day)
        END
    FROM billing_account AS account
    WHERE account.seller_id = %(seller)s AND account.statement_day > 0
)

SELECT
    wanted.day,
    account.currency,
    coalesce(plan.sales_category_id, 0) AS shelf,
    sum(charge.net * charge.den / (charge.num * span.billing_months)) AS price,
    sum(
        CASE
            WHEN charge.tier = 1 THEN charge.quantity * agreed.unit_cost / span.billing_months
            ELSE
                coalesce(below.net * below.den / (below.num * span.billing_months), 0)
                * coalesce(agreed.exchange_rate, 1)
                * CASE WHEN charge.kind = 'refund' THEN -1 ELSE 1 END
        END
    ) AS cost
FROM statement
INNER JOIN billing_account AS account ON account.id = statement.billing_account_id
INNER JOIN charge
    ON
        charge.statement_on = statement.statement_on
        AND charge.billing_account_id = statement.billing_account_id
        AND charge.customer_id = account.buyer_id
        AND charge.kind IN ('recurring', 'change', 'refund')
        AND charge.num > 0
INNER JOIN unnest(%(days)s::date[]) AS wanted (day)
    ON charge.period_start <= wanted.day AND charge.period_end > wanted.day
INNER JOIN subscription
    ON
        subscription.id = charge.subscription_id
        AND (
            subscription.status NOT IN ('cancelled', 'terminated')
            OR coalesce(subscription.cancel_on, subscription.ended_on) > wanted.day
        )
INNER JOIN plan_period AS span ON span.id = subscription.plan_period_id
INNER JOIN plan ON plan.id = subscription.plan_id
INNER JOIN agreed_price AS agreed ON agreed.id = charge.agreed_price_id
LEFT JOIN charge AS reversed ON charge.kind = 'refund' AND reversed.id = charge.cause_id
LEFT JOIN charge AS below
    ON
        below.period_start = coalesce(reversed.period_start, charge.period_start)
        AND below.item_id = charge.item_id
        AND below.tier = charge.tier - 1
        AND below.level = charge.level
        AND below.kind = coalesce(reversed.kind, charge.kind)
        AND below.cause_id = coalesce(reversed.cause_id, charge.cause_id)
        AND below.num > 0
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
