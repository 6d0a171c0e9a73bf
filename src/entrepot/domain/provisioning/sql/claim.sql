-- Claim operations that are due, the tenants taking turns, and lease them to this worker.
-- at timestamptz: now; operations due then or before are taken.
-- lease_until timestamptz: when another worker may take them if this one does not report.
-- most integer: how many to take at most.
-- busy_tenants bigint[]: tenants that have their share of this worker already.
-- busy_connectors bigint[]: connectors that have their share of this worker already.
-- most_of_tenant integer: how many to take of one tenant at most.
-- most_of_connector integer: how many to take of one connector at most.
-- Writes provisioning_operation.
-- Safe to repeat: a claimed operation is not due before its lease ends, and rows that another worker locks are passed
--  over. One whose lease ran out while it was being sent becomes unknown: nobody knows whether it was sent.
WITH RECURSIVE tenant AS (
    (
        SELECT op.tenant_id
        FROM provisioning_operation AS op
        WHERE op.due_at IS NOT NULL
        ORDER BY op.tenant_id
        LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT op.tenant_id
        FROM provisioning_operation AS op
        WHERE op.due_at IS NOT NULL AND op.tenant_id > tenant.tenant_id
        ORDER BY op.tenant_id
        LIMIT 1
    )
    FROM tenant
    WHERE tenant.tenant_id IS NOT NULL
),

turn AS (
    SELECT
        due.id,
        due.due_at,
        due.connector_id,
        row_number() OVER (PARTITION BY tenant.tenant_id ORDER BY due.due_at, due.id) AS place
    FROM tenant
    CROSS JOIN LATERAL (
        SELECT
            op.id,
            op.due_at,
            op.connector_id
        FROM provisioning_operation AS op
        WHERE
            op.tenant_id = tenant.tenant_id
            AND op.due_at <= %(at)s
            AND op.connector_id <> ALL(%(busy_connectors)s)
        ORDER BY op.due_at, op.id
        LIMIT %(most_of_tenant)s
    ) AS due
    WHERE tenant.tenant_id <> ALL(%(busy_tenants)s)
),

share AS (
    SELECT
        turn.id,
        turn.due_at,
        turn.place,
        row_number() OVER (
            PARTITION BY turn.connector_id ORDER BY turn.place, turn.due_at, turn.id
        ) AS place_at_connector
    FROM turn
),

chosen AS (
    SELECT turn.id
    FROM share AS turn
    WHERE turn.place_at_connector <= %(most_of_connector)s
    ORDER BY turn.place, turn.due_at, turn.id
    LIMIT %(most)s
),

locked AS (
    SELECT op.id
    FROM provisioning_operation AS op
    WHERE
        op.id IN (SELECT chosen.id FROM chosen)
        AND op.due_at <= %(at)s
    FOR NO KEY UPDATE SKIP LOCKED
)

UPDATE provisioning_operation AS op
SET
    state = CASE
        WHEN op.state IN ('intent', 'retrying') THEN 'sending'
        WHEN op.state = 'sending' THEN 'unknown'
        ELSE op.state
    END,
    attempts = op.attempts + CASE WHEN op.state IN ('intent', 'retrying') THEN 1 ELSE 0 END,
    polls = CASE WHEN op.state IN ('intent', 'retrying', 'sending') THEN 0 ELSE op.polls END,
    claims = op.claims + 1,
    due_at = %(lease_until)s
FROM locked
WHERE op.id = locked.id
RETURNING op.id
