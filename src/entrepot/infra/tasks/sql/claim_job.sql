-- Claim the next waiting job for a worker: realtime first, the other levels in turns by weight.
-- names text[]: tasks and event handlers.
-- levels text[]: the usual level of each, for those that nobody chose one for.
-- weighted text[]: the levels that take turns.
-- strides bigint[]: by how much a beginning moves each of these on.
-- worker bigint: the worker's number in the queue library.
-- Writes task_turn, procrastinate_jobs.
-- Safe to repeat: a claimed job does not wait any more. Returns no row when nothing waits, and a row of nulls when
--  another worker took the last job of the level at this moment: then ask again.
WITH ready AS (
    SELECT queued.queue_name AS name
    FROM procrastinate_jobs AS queued
    WHERE
        queued.status = 'todo'
        AND (queued.scheduled_at IS NULL OR queued.scheduled_at <= now())
    GROUP BY queued.queue_name
),

lane AS (
    SELECT
        coalesce(own.level, usual.level::task_level, 'normal') AS level,
        array_agg(ready.name) AS names
    FROM ready
    LEFT JOIN unnest(%(names)s::text[], %(levels)s::text[]) AS usual (name, level) ON usual.name = ready.name
    LEFT JOIN task_priority AS own ON own.name = ready.name
    GROUP BY 1
),

-- Where the turns stand: a level that had nothing to do goes on from here, it has saved nothing up.
present AS (
    SELECT coalesce(max(turn.begun_at), 0) AS place
    FROM task_turn AS turn
),

chosen AS (
    SELECT
        lane.level,
        lane.names,
        greatest(coalesce(turn.next_at, 0), present.place) AS place
    FROM lane
    CROSS JOIN present
    LEFT JOIN task_turn AS turn ON turn.level = lane.level
    ORDER BY lane.level = 'realtime' DESC, place, lane.level DESC
    LIMIT 1
),

noted AS (
    INSERT INTO task_turn AS turn (level, begun_at, next_at)
    SELECT
        chosen.level,
        chosen.place,
        chosen.place + step.stride
    FROM chosen
    INNER JOIN unnest(%(weighted)s::text[], %(strides)s::bigint[]) AS step (level, stride)
        ON step.level::task_level = chosen.level
    ON CONFLICT (level) DO UPDATE
    SET
        begun_at = greatest(turn.begun_at, excluded.begun_at),
        -- Another worker may have begun one at this moment: both turns count.
        next_at = greatest(turn.next_at, excluded.begun_at) + excluded.next_at - excluded.begun_at
)

SELECT
    job.id,
    job.status,
    job.task_name,
    job.priority,
    job.lock,
    job.queueing_lock,
    job.args,
    job.scheduled_at,
    job.queue_name,
    job.attempts,
    job.worker_id
FROM chosen
CROSS JOIN LATERAL procrastinate_fetch_job_v2(chosen.names::varchar[], %(worker)s) AS job
