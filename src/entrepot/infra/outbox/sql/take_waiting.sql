-- Take the oldest facts that nobody has taken, and say what they are.
-- at timestamptz: when they are taken.
-- most bigint: how many at most.
-- Writes outbox_event.
-- Safe to repeat: what is taken is not found again; what somebody else takes at this moment is passed over.
-- The choice is materialised: inside a join it could be made again for every row, and take more than was asked for.
WITH waiting AS MATERIALIZED (
    SELECT fact.id
    FROM outbox_event AS fact
    WHERE fact.taken_at IS NULL
    ORDER BY fact.id
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)

UPDATE outbox_event AS fact
SET taken_at = %(at)s
FROM waiting
WHERE waiting.id = fact.id
RETURNING fact.id, fact.kind
