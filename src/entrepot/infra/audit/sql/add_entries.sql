-- Add entries to the audit trail, in the order given.
-- at timestamptz: when it was done.
-- actor_id bigint: the person, null for a program.
-- actor_name text: who it was.
-- on_behalf_of_id bigint: the account that a person acted for, or null.
-- channel text: from where.
-- request_id text: the request that it belongs to, or empty.
-- tenant_ids bigint[]: whose trail, one for each entry; null for none.
-- actions text[]: what was done.
-- object_kinds text[]: to what kind of thing.
-- object_ids bigint[]: to which one.
-- object_labels text[]: its name for people.
-- old_values text[]: JSON of the changed values before.
-- new_values text[]: JSON of the changed values after.
-- reasons text[]: why.
-- Writes audit_entry.
-- Safe to repeat: no; it belongs to the transaction of what it tells.
INSERT INTO audit_entry (
    at, actor_id, actor_name, on_behalf_of_id, channel, request_id, tenant_id, action, object_kind, object_id,
    object_label, before, after, reason
)
SELECT
    %(at)s,
    %(actor_id)s,
    %(actor_name)s,
    %(on_behalf_of_id)s,
    %(channel)s,
    %(request_id)s,
    entry.tenant_id,
    entry.action,
    entry.object_kind,
    entry.object_id,
    entry.object_label,
    entry.before::jsonb,
    entry.after::jsonb,
    entry.reason
FROM unnest(
    %(tenant_ids)s::bigint[],
    %(actions)s::text[],
    %(object_kinds)s::text[],
    %(object_ids)s::bigint[],
    %(object_labels)s::text[],
    %(old_values)s::text[],
    %(new_values)s::text[],
    %(reasons)s::text[]
) WITH ORDINALITY AS entry (
    tenant_id, action, object_kind, object_id, object_label, before, after, reason, place
)
ORDER BY entry.place
RETURNING id
