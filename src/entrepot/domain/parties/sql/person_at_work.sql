-- The accounts that a person works for, the chosen one first and the others by name, with the person and the hub.
-- Disabled people and cancelled accounts have no row.
-- user_id bigint: the person
-- account_id bigint: the chosen account, or null
-- most integer: so many rows at most
-- Safe to repeat: it only reads.
SELECT
    account.id, account.name, account.kind::text, membership.role::text, account.name_key,
    account.path, account.tenant_id, account.admin_hold,
    person.display_name, person.language, person.timezone,
    hub.provider_id, hub.timezone, hub.standing_day,
    own_role.levels
FROM membership
INNER JOIN party_user AS person ON person.id = membership.user_id
INNER JOIN account ON account.id = membership.account_id
LEFT JOIN own_role ON own_role.id = membership.own_role_id
CROSS JOIN hub
WHERE membership.user_id = %(user_id)s AND person.is_active AND account.status <> 'cancelled'
ORDER BY account.id = %(account_id)s DESC NULLS LAST, account.name_key, account.id
LIMIT %(most)s
