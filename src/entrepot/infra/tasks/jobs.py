"""The jobs that people see: reading them, and every change of their state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from entrepot.infra.tasks.models import Job, JobState

LIMIT_MAX = 200
_ERROR_LENGTH_MAX = 2_000
OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job; `done` of `total` (None: not known), `error` a sentence for people."""

    id: int
    task: str
    label: str
    state: JobState
    tenant_id: int | None
    account_id: int | None
    owner_id: int | None
    done: int
    total: int | None
    note: str
    result: Mapping[str, Any]
    error: str
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the job still waits or runs."""
        return self.state in OPEN


def get_job(*, job_id: int) -> JobRow | None:
    """Give one job, None if there is none. The caller decides whether its viewer may see it."""
    row = Job.objects.filter(pk=job_id).first()
    return None if row is None else _row(row)


def newest_jobs(*, limit: int, account_id: int | None = None) -> tuple[JobRow, ...]:
    """Give the newest jobs, of all accounts or of one; at most `limit` (200)."""
    rows = Job.objects.all() if account_id is None else Job.objects.filter(account_id=account_id)
    return tuple(_row(row) for row in rows.order_by("-created_at", "-id")[: min(limit, LIMIT_MAX)])


def progress(*, job_id: int, done: int, total: int | None = None, note: str | None = None) -> None:
    """Say how far a running job is; `total` and `note` stay as they are when not given.

    People see it when the caller's transaction commits, so work in one long transaction shows nothing
    in between.
    """
    values: dict[str, Any] = {"done": done}
    if total is not None:
        values["total"] = total
    if note is not None:
        values["note"] = note
    Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(**values)


def begin(*, job_id: int, now: datetime) -> Job | None:
    """Mark a job as running and count the attempt; None if it was cancelled or is over."""
    started = Job.objects.filter(pk=job_id, state__in=OPEN).update(
        state=JobState.RUNNING, started_at=now, attempts=F("attempts") + 1, error="", note=""
    )
    return Job.objects.get(pk=job_id) if started else None


def finish(*, job_id: int, result: Mapping[str, Any], now: datetime) -> None:
    """Mark a running job as done with its result."""
    Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=JobState.DONE, result=dict(result), finished_at=now
    )


def fail(*, job_id: int, error: str, now: datetime) -> None:
    """Mark a job as failed for good, with a sentence that says why."""
    Job.objects.filter(pk=job_id, state__in=OPEN).update(
        state=JobState.FAILED, error=error[:_ERROR_LENGTH_MAX], finished_at=now
    )


def wait_again(*, job_id: int, note: str) -> None:
    """Put a running job back: it will be tried again."""
    Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=JobState.WAITING, note=note[:_ERROR_LENGTH_MAX]
    )


def close_cancelled(*, job_id: int, now: datetime) -> bool:
    """Mark a job as cancelled; false if it was over before."""
    closed = Job.objects.filter(pk=job_id, state__in=OPEN).update(
        state=JobState.CANCELLED, finished_at=now
    )
    return bool(closed)


def _row(row: Job) -> JobRow:
    return JobRow(**{name: getattr(row, name) for name in JobRow.__dataclass_fields__})
