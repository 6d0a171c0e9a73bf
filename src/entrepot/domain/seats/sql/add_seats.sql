-- Give people units, in the order in which they are named, item by item in the order given.
-- tenant_id bigint: of the account
-- account_id bigint: whose people they are
-- user_ids bigint[]: people of the account, each gets a unit; who has one of these items already is not among them
-- item_ids bigint[]: the items that supply, at most one row each
-- units bigint[]: how many units of each are free
-- state text: the state of the new seats
-- assigned_by text: who did it
-- at timestamptz: now
-- Writes seat, seat_tally.
-- Safe to repeat: a person gets one unit of an item once.
WITH person AS (
    SELECT
        one.user_id,
        one.place
    FROM unnest(%(user_ids)s::bigint[]) WITH ORDINALITY AS one (user_id, place)
),

supply AS (
    SELECT
        given.item_id,
        given.free,
        sum(given.free) OVER (ORDER BY given.place) AS upto
    FROM unnest(%(item_ids)s::bigint[], %(units)s::bigint[]) WITH ORDINALITY AS given (item_id, free, place)
),

added AS (
    INSERT INTO seat (
        tenant_id, account_id, user_id, subscription_id, item_id, resource_id, state, assigned_by, changed_at, error,
        name_key
    )
    SELECT
        %(tenant_id)s,
        %(account_id)s,
        person.user_id,
        item.subscription_id,
        item.id,
        item.resource_id,
        %(state)s::seat_state,
        %(assigned_by)s,
        %(at)s,
        '',
        member.name_key
    FROM person
    INNER JOIN supply ON person.place > supply.upto - supply.free AND person.place <= supply.upto
    INNER JOIN subscription_item AS item ON item.id = supply.item_id
    INNER JOIN membership AS member ON member.account_id = %(account_id)s AND member.user_id = person.user_id
    ON CONFLICT (item_id, user_id) DO NOTHING
    RETURNING
        seat.id, seat.tenant_id, seat.account_id, seat.user_id, seat.subscription_id, seat.item_id, seat.resource_id
),

counted AS (
    INSERT INTO seat_tally (tenant_id, account_id, item_id, resource_id, units)
    SELECT
        added.tenant_id,
        added.account_id,
        added.item_id,
        added.resource_id,
        count(*)
    FROM added
    GROUP BY added.tenant_id, added.account_id, added.item_id, added.resource_id
)

SELECT
    added.id,
    added.user_id,
    added.subscription_id
FROM added
