-- What is true now of a person who acts for another account: both accounts, the person's role at home, and the times.
-- acting_id bigint: the acting session
-- user_id bigint: the person; a session of somebody else has no row
-- Safe to repeat: it only reads.
SELECT
    acting.ends_at,
    acting.ended_at,
    acting.reason,
    person.is_active,
    person.display_name,
    person.language,
    person.timezone,
    home.id AS home_id,
    home.name AS home_name,
    home.kind::text AS home_kind,
    home.path AS home_path,
    home.status::text AS home_status,
    home.admin_hold AS home_held,
    membership.role::text AS home_role,
    own_role.levels AS home_levels,
    account.id AS account_id,
    account.name AS account_name,
    account.kind::text AS account_kind,
    account.path AS account_path,
    account.parent_id AS account_parent_id,
    account.status::text AS account_status,
    account.admin_hold AS account_held,
    account.tenant_id,
    hub.provider_id,
    hub.timezone AS hub_timezone,
    hub.standing_day
FROM acting_session AS acting
INNER JOIN party_user AS person ON person.id = acting.user_id
INNER JOIN account AS home ON home.id = acting.home_id
INNER JOIN account ON account.id = acting.account_id
LEFT JOIN membership ON membership.user_id = acting.user_id AND membership.account_id = acting.home_id
LEFT JOIN own_role ON own_role.id = membership.own_role_id
CROSS JOIN hub
WHERE acting.id = %(acting_id)s AND acting.user_id = %(user_id)s
