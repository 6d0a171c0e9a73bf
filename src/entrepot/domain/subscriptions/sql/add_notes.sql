-- Add lines to the history of subscriptions, in the order given.
-- on_day date: the day that they belong to.
-- actor_name text: who did it.
-- tenant_ids bigint[]: whose subscription, one for each line.
-- subscription_ids bigint[]: which one.
-- kinds text[]: what happened.
-- facts text[]: JSON of what changed.
-- Writes subscription_event.
-- Safe to repeat: no; it belongs to the transaction of what it tells.
INSERT INTO subscription_event (tenant_id, subscription_id, on_day, kind, actor_name, facts)
SELECT
    line.tenant_id,
    line.subscription_id,
    %(on_day)s,
    line.kind,
    %(actor_name)s,
    line.facts::jsonb
FROM unnest(
    %(tenant_ids)s::bigint[],
    %(subscription_ids)s::bigint[],
    %(kinds)s::text[],
    %(facts)s::text[]
) WITH ORDINALITY AS line (tenant_id, subscription_id, kind, facts, place)
ORDER BY line.place
