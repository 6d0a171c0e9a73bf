-- Read the workflows of approvals that a seller has in use, the narrowest first.
-- seller_id bigint: the seller.
-- Safe to repeat: it reads.
SELECT
    flow.id,
    flow.name,
    flow.audience::text,
    flow.above_amount,
    flow.currency,
    flow.steps,
    flow.timeout_hours,
    flow.at_timeout::text
FROM approval_workflow AS flow
WHERE flow.seller_id = %(seller_id)s AND flow.is_active
ORDER BY flow.above_amount DESC NULLS LAST, flow.id
