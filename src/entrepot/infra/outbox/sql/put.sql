-- Put one fact into the outbox.
-- kind text: what happened.
-- object_id bigint: to what.
-- tenant_id bigint: whose, or null.
-- on_day date: the day that it belongs to.
-- payload jsonb: what else the receiver needs.
-- Writes outbox_event.
-- Safe to repeat: no; it belongs to the transaction of what it tells.
INSERT INTO outbox_event (kind, object_id, tenant_id, on_day, payload)
VALUES (%(kind)s, %(object_id)s, %(tenant_id)s, %(on_day)s, %(payload)s)
RETURNING id
