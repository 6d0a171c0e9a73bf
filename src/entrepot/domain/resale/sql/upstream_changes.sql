-- List what the sellers above one changed of plans since it looked, newest first: one row for each plan and value.
-- seller_ids bigint[]: the sellers above it.
-- seen_id bigint: the last change that it has seen.
-- since timestamptz: changes before it do not count.
-- before_id bigint: the change before which the page ends, null for the first page.
-- plan_id bigint: only this plan, null for all.
-- size integer: how many rows at most.
-- Safe to repeat: it reads.
-- Returns plan, value, the newest change, who made it, when, what it was when the seller looked and what it is.
SELECT
    changed.plan_id,
    changed.field,
    max(changed.id),
    (array_agg(changed.seller_id ORDER BY changed.id DESC))[1],
    max(changed.at),
    (array_agg(changed.before ORDER BY changed.id))[1],
    (array_agg(changed.after ORDER BY changed.id DESC))[1]
FROM plan_change AS changed
WHERE
    changed.id > %(seen_id)s
    AND changed.at >= %(since)s
    AND (changed.seller_id IS NULL OR changed.seller_id = any(%(seller_ids)s::bigint[]))
    AND (%(plan_id)s::bigint IS NULL OR changed.plan_id = %(plan_id)s::bigint)
GROUP BY changed.plan_id, changed.field
HAVING
    (array_agg(changed.before ORDER BY changed.id))[1]
    IS DISTINCT FROM (array_agg(changed.after ORDER BY changed.id DESC))[1]
    AND (%(before_id)s::bigint IS NULL OR max(changed.id) < %(before_id)s::bigint)
ORDER BY max(changed.id) DESC
LIMIT %(size)s
