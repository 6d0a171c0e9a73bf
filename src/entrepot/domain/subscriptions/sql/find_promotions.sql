-- Find the promotion of each tier for what somebody is about to order: by code, with another plan, for every sale.
-- chain_id bigint: the chain of the sale.
-- customer_id bigint: the buyer.
-- plan_ids bigint[]: the plans in the cart.
-- code text: the code that was given, in capitals; empty for none.
-- on_day date: the day of the order.
-- Safe to repeat: it reads. Rule 8 of docs/billing.md section 3.
SELECT
    wanted.plan_id,
    link.tier,
    given.id,
    given.name,
    given.recurring_ppm,
    given.setup_ppm,
    given.is_by_code,
    given.is_limited
FROM chain_link AS link
CROSS JOIN unnest(%(plan_ids)s) AS wanted (plan_id)
CROSS JOIN LATERAL (
    SELECT
        promotion.id,
        promotion.name,
        promotion.recurring_ppm,
        promotion.setup_ppm,
        promotion.code <> '' AS is_by_code,
        promotion.once_per_customer OR promotion.uses_max IS NOT NULL AS is_limited
    FROM promotion
    WHERE
        promotion.seller_id = link.seller_id
        AND promotion.code IN ('', %(code)s)
        AND promotion.valid_from <= %(on_day)s
        AND (promotion.valid_to IS NULL OR promotion.valid_to > %(on_day)s)
        AND (promotion.plan_id IS NULL OR promotion.plan_id = wanted.plan_id)
        AND (promotion.parent_plan_id IS NULL OR EXISTS (
            SELECT FROM subscription AS parent
            WHERE
                parent.customer_id = %(customer_id)s
                AND parent.plan_id = promotion.parent_plan_id
                AND parent.status IN ('trial', 'active', 'graced')
        ))
        AND (promotion.uses_max IS NULL OR promotion.uses_max > (
            SELECT count(*)
            FROM promotion_taken AS used
            WHERE used.promotion_id = promotion.id
        ))
        AND NOT (promotion.once_per_customer AND EXISTS (
            SELECT FROM promotion_taken AS used
            WHERE used.promotion_id = promotion.id AND used.customer_id = %(customer_id)s
        ))
    ORDER BY
        promotion.code = '',
        promotion.parent_plan_id IS NULL,
        promotion.plan_id IS NULL,
        promotion.valid_from DESC,
        promotion.id DESC
    LIMIT 1
) AS given
WHERE link.chain_id = %(chain_id)s
ORDER BY wanted.plan_id, link.tier
