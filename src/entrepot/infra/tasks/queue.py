"""The task queue: the only module that imports its library (procrastinate).

A job is a row that people see (`Job`) and a row of the library that carries its id; both are written in the caller's
transaction, so a transaction that rolls back leaves neither. The library wakes workers by NOTIFY, and their polling
finds what a lost notification missed.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection, transaction
from procrastinate import JobContext, exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from entrepot.infra.tasks import jobs
from entrepot.infra.tasks.claims import FairTurns
from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.models import Job, JobState, Step
from entrepot.infra.tasks.refusals import kept
from entrepot.kernel.clock import SystemClock
from entrepot.kernel.errors import DomainError, Refused

ATTEMPTS_MAX = 6
POLLING_SECONDS = 0.2
HEARTBEAT_SECONDS = 2.0
# A worker that was silent for so long is dead: its jobs go back to the queue.
STALLED_SECONDS = 15.0
GRACEFUL_SECONDS = 25.0
CONCURRENCY = 2
# The queue of jobs that somebody put in front of all others.
FIRST = "first"
_TASK = "entrepot.run_job"
_KEPT_HOURS = 24 * 7
_RACES_MAX = 20

_log = logging.getLogger(__name__)


class TryAgain(Exception):
    """The world was not ready (another system, a lock): the job waits and is tried again."""


class JobStopped(Exception):
    """The function noticed that somebody cancelled its job, or that the worker leaves."""


class WorkerEnded(Refused):
    """A job that took its worker down too often."""

    codes = frozenset({"worker_ended"})


@dataclass(frozen=True, slots=True)
class RunningJob:
    """What a task function gets beside its arguments."""

    id: int
    attempt: int
    owner_id: int | None
    account_id: int | None
    now: datetime
    stop_asked: Callable[[], bool]

    def progress(self, done: int, total: int | None = None, note: str | None = None) -> None:
        """Say how far the work is, and leave if that was asked for. Raises: JobStopped."""
        jobs.progress(job_id=self.id, done=done, total=total, note=note)
        if self.stop_asked():
            raise JobStopped


TaskFunction = Callable[..., Mapping[str, Any]]
"""Takes a `RunningJob` and the job's arguments by name; returns what people may see of the result (JSON)."""

_functions: dict[str, TaskFunction] = {}
_usual_levels: dict[str, Level] = {FIRST: Level.REALTIME}


def register(*, name: str, function: TaskFunction, level: Level = Level.NORMAL) -> None:
    """Say which function does the jobs of a task, and how urgent they are unless people choose otherwise.

    Raises: ValueError for a name that another one has.
    """
    if _functions.setdefault(name, function) is not function:
        raise ValueError(f"the task {name} has a function already")
    _usual_levels[name] = level


def set_usual_level(*, name: str, level: Level) -> None:
    """Say how urgent the jobs of an event handler are unless people choose otherwise."""
    _usual_levels[name] = level


def usual_levels() -> Mapping[str, Level]:
    """Give the usual level of every task and handler, and of what people put first."""
    return _usual_levels


def is_known(task: str) -> bool:
    """Tell whether a function does the jobs of a task."""
    return task in _functions


def task_levels() -> Mapping[str, Level]:
    """Give the usual level of each task, in the order in which they were registered."""
    return {name: _usual_levels[name] for name in _functions}


def enqueue(
    *,
    task: str,
    arguments: Mapping[str, Any],
    label: str,
    now: datetime,
    account_id: int | None = None,
    owner_id: int | None = None,
    tenant_id: int | None = None,
    queueing_lock: str | None = None,
    handler: str = "",
    at: datetime | None = None,
) -> int:
    """Add a job in the caller's transaction; return its id. It begins at once, or not before `at`.

    `arguments` are JSON values. Of several jobs with one `queueing_lock` only one waits at a time: while
    it does, its id is returned and nothing is added. There is no lock on running jobs: what must not
    run twice takes an advisory lock itself. `handler` names the event handler that the job carries out, whose level
    then counts. Raises: LookupError for a task that nobody registered.
    """
    if task not in _functions:
        raise LookupError(f"no function is registered for the task {task}")
    for _ in range(_RACES_MAX):
        try:
            with transaction.atomic():
                job = Job.objects.create(
                    task=task,
                    handler=handler,
                    label=label,
                    arguments=dict(arguments),
                    account_id=account_id,
                    owner_id=owner_id,
                    tenant_id=tenant_id,
                    attempts_max=ATTEMPTS_MAX,
                    created_at=now,
                )
                defer(job, queueing_lock=queueing_lock, at=at)
        except exceptions.AlreadyEnqueued:
            waiting = _waiting_job(queueing_lock)
            # A worker may have taken it between our attempt and this look: then another one may be added.
            if waiting is not None:
                return waiting
        else:
            return int(job.id)
    raise OperationalError(f"jobs of {queueing_lock} start faster than they can be added")


def defer(job: Job, *, queueing_lock: str | None = None, at: datetime | None = None) -> None:
    """Tell the library about a job that waits; the queue's name is what priorities are chosen for."""
    _run_job.configure(
        queueing_lock=queueing_lock, queue=job.handler or job.task, schedule_at=at
    ).defer(job_id=job.id)


def cancel(*, job_id: int, now: datetime, by: str = "") -> bool:
    """Cancel a job: a waiting one at once, a running one when its function next reports progress.

    False if it is over already.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state not in jobs.OPEN:
            return False
        queued = queued_id(job_id)
        if queued is not None:
            app.job_manager.cancel_job_by_id(queued, abort=job.state is JobState.RUNNING)
        jobs.note(job_id=job_id, step=Step.STOP_ASKED, now=now, by=by)
        return job.state is JobState.RUNNING or jobs.close_cancelled(job_id=job_id, now=now)


class _Retries(BaseRetryStrategy):
    """Try again what may work later: a lost database connection, a deadlock, a world that was not ready."""

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        """Wait 1, 2, 4, 8, 16 seconds and a bit, so that many do not come back at once."""
        # The library counts from 0, so this allows ATTEMPTS_MAX runs in all.
        if not is_passing(exception) or job.attempts + 1 >= ATTEMPTS_MAX:
            return None
        seconds = 2**job.attempts + random.random()
        return RetryDecision(retry_in={"milliseconds": int(1000 * seconds)})


def is_passing(error: BaseException) -> bool:
    """Tell whether the same work may succeed later without anybody doing anything."""
    return isinstance(error, TryAgain | OperationalError | InterfaceError | JobStopped)


@app.task(name=_TASK, pass_context=True, retry=_Retries())
def _run_job(context: JobContext, job_id: int) -> None:
    """Run the function of one job and write down what came of it."""
    clock = SystemClock()
    job = jobs.begin(job_id=job_id, now=clock.now())
    if job is None:
        return
    function = _functions.get(job.task)
    if function is None:
        jobs.fail(job_id=job_id, error=f"Nobody knows the task {job.task}.", now=clock.now())
        return
    running = RunningJob(
        id=job.id,
        attempt=job.attempts,
        owner_id=job.owner_id,
        account_id=job.account_id,
        now=clock.now(),
        stop_asked=context.should_abort,
    )
    try:
        result = function(running, **job.arguments)
    except DomainError as refusal:
        jobs.fail(job_id=job_id, error=refusal.text(), now=clock.now(), refusal=kept(refusal))
    except JobStopped:
        _stop(context, job_id=job_id, now=clock.now())
    except Exception as error:
        _note_error(error, context, job_id=job_id, now=clock.now())
        raise
    else:
        jobs.finish(job_id=job_id, result=result, now=clock.now())


def _stop(context: JobContext, *, job_id: int, now: datetime) -> None:
    """Close a job that somebody cancelled; put one back whose worker leaves."""
    if _is_abort_requested(context):
        jobs.close_cancelled(job_id=job_id, now=now)
        return
    text = "The worker stopped; the job is started again."
    jobs.wait_again(job_id=job_id, text=text, now=now)
    raise JobStopped


def _is_abort_requested(context: JobContext) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT abort_requested FROM procrastinate_jobs WHERE id = %s", [context.job.id]
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _note_error(error: Exception, context: JobContext, *, job_id: int, now: datetime) -> None:
    """Write why an attempt failed; the last one, or one that cannot succeed later, fails the job."""
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    text = f"{type(error).__name__}: {error}".split("\n", maxsplit=1)[0]
    if is_passing(error) and context.job.attempts + 1 < ATTEMPTS_MAX:
        jobs.wait_again(job_id=job_id, text=f"Tried again after: {text}", now=now)
    else:
        jobs.fail(job_id=job_id, error=text, now=now)


def _waiting_job(queueing_lock: str | None) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args ->> 'job_id')::bigint FROM procrastinate_jobs "
            "WHERE queueing_lock = %s AND status = 'todo'",
            [queueing_lock],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def queued_id(job_id: int) -> int | None:
    """Give the library's number of a job that waits or runs, None when it knows none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing') "
            "AND (args ->> 'job_id')::bigint = %s",
            [_TASK, job_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def run_worker(*, concurrency: int = CONCURRENCY, until_idle: bool = False) -> None:
    """Do jobs until SIGINT or SIGTERM, or with `until_idle` until none is left.

    Leaving lets running jobs finish for 25 seconds, then asks them to stop. Jobs of workers that died
    are put back by every worker that runs. Call it once per process, from its main thread.
    """
    with (
        app.replace_connector(app.connector.get_worker_connector()),  # type: ignore[attr-defined]
        FairTurns(app.job_manager, usual=usual_levels()),
    ):
        asyncio.run(_work(concurrency=concurrency, until_idle=until_idle))


async def _work(*, concurrency: int, until_idle: bool) -> None:
    async with app.open_async():
        await _put_back_stalled()
        worker = Worker(
            app=app,
            name="worker",
            wait=not until_idle,
            concurrency=concurrency,
            fetch_job_polling_interval=POLLING_SECONDS,
            abort_job_polling_interval=POLLING_SECONDS,
            shutdown_graceful_timeout=GRACEFUL_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            install_signal_handlers=True,
            delete_jobs="successful",
            task_middleware=app.worker_defaults.get("task_middleware"),
        )
        sweeper = asyncio.create_task(_sweep(worker))
        try:
            await worker.run()  # type: ignore[no-untyped-call]
        finally:
            sweeper.cancel()


async def _sweep(worker: Worker) -> None:
    """Put stalled jobs back and forget old finished ones, again and again.

    The library's own heartbeat ends when a worker is told to leave, while its jobs still run: without
    ours they would look like those of a dead worker and be started a second time.
    """
    rounds = 0
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        try:
            if worker.worker_id is not None:
                await app.job_manager.update_heartbeat(worker.worker_id)
            await _put_back_stalled()
            if rounds % 1_800 == 0:
                await app.job_manager.delete_old_jobs(
                    nb_hours=_KEPT_HOURS, include_failed=True, include_cancelled=True
                )
        except exceptions.ConnectorException:
            # The database is away or restarts; the worker itself reports that, the next round repeats.
            _log.warning("stalled jobs could not be looked up", exc_info=True)
        rounds += 1


async def _put_back_stalled() -> None:
    stalled = await app.job_manager.get_stalled_jobs(
        task_name=_TASK, seconds_since_heartbeat=STALLED_SECONDS
    )
    for queued in stalled:
        job_id = int(str(queued.task_kwargs["job_id"]))
        await sync_to_async(_put_back)(job_id)
        await app.job_manager.retry_job(queued)
        _log.warning("job %s of a worker that ended was put back", job_id)


def _put_back(job_id: int) -> None:
    """Mark a job as waiting again; one that ended its worker too often fails, and its next start does nothing."""
    job = Job.objects.filter(pk=job_id).first()
    now = SystemClock().now()
    if job is not None and job.attempts >= job.attempts_max:
        refusal = WorkerEnded(
            "worker_ended",
            "The worker ended {count} times while doing this.",
            next_step="Look into the worker's log, then restart the task.",
            count=job.attempts,
        )
        jobs.fail(job_id=job_id, error=refusal.text(), now=now, refusal=kept(refusal))
    else:
        text = "The worker ended; the job is started again."
        jobs.wait_again(job_id=job_id, text=text, now=now)
    connection.close()
