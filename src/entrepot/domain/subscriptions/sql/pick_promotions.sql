-- Find the promotion of each tier for the terms that start: those that the order took for the first paid term, and for
-- later ones what the seller gives at renewals on that day; at most one per tier.
-- Temp: promoted (subscription_id bigint, tier smallint, promotion_id bigint, recurring_ppm integer,
--  setup_ppm integer, label text);
-- Reads temp due.
-- Safe to repeat: it fills a temporary table. Rule 8 of docs/billing.md section 3.
-- Promotions with a code or a parent plan are for sales: whether another subscription runs may change in the same run.
INSERT INTO promoted
SELECT
    due.subscription_id,
    taken.tier,
    promotion.id,
    promotion.recurring_ppm,
    promotion.setup_ppm,
    promotion.name
FROM due
INNER JOIN promotion_taken AS taken ON taken.subscription_id = due.subscription_id
INNER JOIN promotion ON promotion.id = taken.promotion_id
WHERE
    due.starts_term
    AND NOT EXISTS (SELECT FROM term AS past WHERE past.subscription_id = due.subscription_id)
UNION ALL
SELECT
    due.subscription_id,
    link.tier,
    given.id,
    given.recurring_ppm,
    given.setup_ppm,
    given.name
FROM due
INNER JOIN plan_period AS period ON period.id = due.plan_period_id
INNER JOIN chain_link AS link ON link.chain_id = due.chain_id
CROSS JOIN LATERAL (
    SELECT
        promotion.id,
        promotion.recurring_ppm,
        promotion.setup_ppm,
        promotion.name
    FROM promotion
    WHERE
        promotion.seller_id = link.seller_id
        AND promotion.on_renewal
        AND promotion.valid_from <= due.event_on
        AND (promotion.valid_to IS NULL OR promotion.valid_to > due.event_on)
        AND (promotion.plan_id IS NULL OR promotion.plan_id = period.plan_id)
    ORDER BY
        promotion.plan_id IS NULL,
        promotion.valid_from DESC,
        promotion.id DESC
    LIMIT 1
) AS given
WHERE
    due.starts_term
    AND EXISTS (SELECT FROM term AS past WHERE past.subscription_id = due.subscription_id)
