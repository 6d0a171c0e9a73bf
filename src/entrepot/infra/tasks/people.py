"""What people do with jobs beside cancelling them, and which workers do them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from entrepot.infra.tasks import jobs, queue
from entrepot.infra.tasks.models import Job, JobState, Step


def restart(*, job_id: int, now: datetime, by: str = "") -> bool:
    """Let a job that failed or was cancelled wait once more, with all attempts; false for every other one.

    It goes on counting attempts, so that its function knows that it is not the first.
    Raises: LookupError for a task that nobody registers any more.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state not in (JobState.FAILED, JobState.CANCELLED):
            return False
        if not queue.is_known(job.task):
            raise LookupError(f"no function is registered for the task {job.task}")
        Job.objects.filter(pk=job_id).update(
            state=JobState.WAITING,
            error="",
            refusal={},
            note="",
            done=0,
            total=None,
            started_at=None,
            finished_at=None,
            attempts_max=job.attempts + queue.ATTEMPTS_MAX,
        )
        jobs.note(job_id=job_id, step=Step.RESTARTED, now=now, by=by)
        # The queue may still know it, for example when a worker that ended is being swept up.
        if queue.queued_id(job_id) is None:
            queue.defer(job)
        return True


def put_first(*, job_id: int, now: datetime, by: str = "") -> bool:
    """Let a waiting job be the next that a worker begins, also one that waits for its next try; false for others."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state=JobState.WAITING).first()
        queued = None if job is None else queue.queued_id(job_id)
        if queued is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET queue_name = %s, scheduled_at = NULL "
                "WHERE id = %s AND status = 'todo'",
                [queue.FIRST, queued],
            )
            moved = cursor.rowcount
        if moved:
            jobs.note(job_id=job_id, step=Step.PUT_FIRST, now=now, by=by)
        return bool(moved)


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One worker process that lives, with the number of jobs that it does now."""

    id: int
    seen_at: datetime
    running: int


def workers() -> tuple[WorkerRow, ...]:
    """Give the workers that have been heard of in the last seconds, on whatever machine."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker.id, worker.last_heartbeat, count(job.id) FROM procrastinate_workers AS worker "
            "LEFT JOIN procrastinate_jobs AS job ON job.worker_id = worker.id AND job.status = 'doing' "
            "WHERE worker.last_heartbeat > now() - make_interval(secs => %s) "
            "GROUP BY worker.id ORDER BY worker.id",
            [queue.STALLED_SECONDS],
        )
        return tuple(WorkerRow(*row) for row in cursor.fetchall())


def next_tries(*, job_ids: Collection[int]) -> Mapping[int, datetime]:
    """Tell when waiting jobs are tried again, for those of the given ones that wait for that."""
    if not job_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args ->> 'job_id')::bigint, scheduled_at FROM procrastinate_jobs WHERE status = 'todo' "
            "AND scheduled_at > now() AND (args ->> 'job_id')::bigint = ANY(%s)",
            [list(job_ids)],
        )
        return dict(cursor.fetchall())
