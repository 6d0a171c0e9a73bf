-- Write what became of operations that the caller has locked.
-- rows jsonb: array of {id, state, reference, polls, due_at, give_up_at, is_effect_known, error_class, error, settled_at,
-- people, people_failed}.
-- Writes provisioning_operation.
-- Safe to repeat: it sets values.
UPDATE provisioning_operation AS op
SET
    state = moved.state,
    reference = moved.reference,
    polls = moved.polls,
    due_at = moved.due_at,
    give_up_at = moved.give_up_at,
    is_effect_known = moved.is_effect_known,
    error_class = moved.error_class,
    error = moved.error,
    settled_at = moved.settled_at,
    people = moved.people,
    people_failed = moved.people_failed
FROM jsonb_to_recordset(%(rows)s) AS moved (
    id bigint,
    state operation_state,
    reference text,
    polls integer,
    due_at timestamptz,
    give_up_at timestamptz,
    is_effect_known boolean,
    error_class text,
    error text,
    settled_at timestamptz,
    people jsonb,
    people_failed jsonb
)
WHERE op.id = moved.id
