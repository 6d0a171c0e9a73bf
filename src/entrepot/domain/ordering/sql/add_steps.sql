-- Add lines to the timelines of orders, in the order given.
-- at timestamptz: when it happened.
-- actor_name text: who did it.
-- tenant_ids bigint[]: whose order, one for each line.
-- order_ids bigint[]: which one.
-- from_codes text[]: where the order stood, empty for a new one.
-- to_codes text[]: where it stands now.
-- comments text[]: what was said about it.
-- Writes order_event.
-- Safe to repeat: no; it belongs to the transaction of what it tells.
INSERT INTO order_event (tenant_id, order_id, at, from_code, to_code, actor_name, comment)
SELECT
    step.tenant_id,
    step.order_id,
    %(at)s,
    step.from_code,
    step.to_code,
    %(actor_name)s,
    step.comment
FROM unnest(
    %(tenant_ids)s::bigint[],
    %(order_ids)s::bigint[],
    %(from_codes)s::text[],
    %(to_codes)s::text[],
    %(comments)s::text[]
) WITH ORDINALITY AS step (tenant_id, order_id, from_code, to_code, comment, place)
ORDER BY step.place
