"""The jobs that people see: reading them, and every change of their state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from entrepot.infra.tasks.models import Job, JobEvent, JobState, Step

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


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a job's log; `text` is the attempt's number for a beginning, else a sentence; `by` a person."""

    at: datetime
    step: Step
    text: str
    by: str
    refusal: Mapping[str, Any]


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
        state=JobState.RUNNING,
        started_at=now,
        attempts=F("attempts") + 1,
        error="",
        refusal={},
        note="",
    )
    if not started:
        return None
    job = Job.objects.get(pk=job_id)
    note(job_id=job_id, step=Step.BEGUN, now=now, text=str(job.attempts))
    return job


def finish(*, job_id: int, result: Mapping[str, Any], now: datetime) -> None:
    """Mark a running job as done with its result."""
    done = Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=JobState.DONE, result=dict(result), finished_at=now
    )
    if done:
        note(job_id=job_id, step=Step.DONE, now=now)


def fail(
    *, job_id: int, error: str, now: datetime, refusal: Mapping[str, Any] | None = None
) -> None:
    """Mark a job as failed for good, with a sentence that says why, and for readers of other languages its parts."""
    parts = dict(refusal or {})
    text = error[:_ERROR_LENGTH_MAX]
    failed = Job.objects.filter(pk=job_id, state__in=OPEN).update(
        state=JobState.FAILED, error=text, refusal=parts, finished_at=now
    )
    if failed:
        note(job_id=job_id, step=Step.FAILED, now=now, text=text, refusal=parts)


def wait_again(*, job_id: int, text: str, now: datetime) -> None:
    """Put a running job back: it will be tried again."""
    text = text[:_ERROR_LENGTH_MAX]
    back = Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=JobState.WAITING, note=text
    )
    if back:
        note(job_id=job_id, step=Step.PUT_BACK, now=now, text=text)


def close_cancelled(*, job_id: int, now: datetime) -> bool:
    """Mark a job as cancelled; false if it was over before."""
    closed = Job.objects.filter(pk=job_id, state__in=OPEN).update(
        state=JobState.CANCELLED, finished_at=now
    )
    if closed:
        note(job_id=job_id, step=Step.CANCELLED, now=now)
    return bool(closed)


def note(
    *,
    job_id: int,
    step: Step,
    now: datetime,
    text: str = "",
    by: str = "",
    refusal: Mapping[str, Any] | None = None,
) -> None:
    """Write what happened into the log of a job; `by` is a person's name."""
    JobEvent.objects.create(
        job_id=job_id, at=now, step=step, text=text, by=by[:150], refusal=dict(refusal or {})
    )


def log_of(*, job_id: int) -> tuple[LogLine, ...]:
    """Give the log of a job in its order, the last 200 lines."""
    rows = JobEvent.objects.filter(job_id=job_id).order_by("-id")[:LIMIT_MAX]
    return tuple(LogLine(row.at, row.step, row.text, row.by, row.refusal) for row in reversed(rows))


def _row(row: Job) -> JobRow:
    return JobRow(**{name: getattr(row, name) for name in JobRow.__dataclass_fields__})
