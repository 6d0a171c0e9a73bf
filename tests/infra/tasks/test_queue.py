"""The task queue with real worker processes: one transaction, retries, kills, stops, cancels."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, transaction
from procrastinate.jobs import Job as QueuedJob

from entrepot.infra.tasks import jobs, queue
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import TryAgain, cancel, enqueue, is_passing
from entrepot.kernel.clock import SystemClock
from tests.infra.tasks import child

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WAIT_SECONDS = 40.0


@pytest.fixture(autouse=True)
def _tasks(transactional_db) -> None:
    # The library's tables are not the web framework's own, so nobody else empties them.
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    for function in (
        child.add,
        child.hang_once,
        child.fail_once,
        child.refuse,
        child.crash,
        child.slow,
    ):
        queue.register(name=f"test.{function.__name__}", function=function)


@pytest.fixture
def worker(transactional_db) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start worker processes on the test database, and end those that are left."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.infra.tasks.child", *words],
                env={
                    **os.environ,
                    "ENTREPOT_DB_NAME": str(connection.settings_dict["NAME"]),
                    "PYTHONPATH": os.pathsep.join(["src", "."]),
                },
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def add_job(name: str, lock: str | None = None, **arguments: object) -> int:
    return enqueue(
        task=f"test.{name}",
        arguments=arguments,
        label=f"Test {name}",
        now=NOW,
        account_id=7,
        queueing_lock=lock,
    )


def wait_for(job_id: int, *states: JobState) -> Job:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        job = Job.objects.get(pk=job_id)
        if job.state in states:
            return job
        time.sleep(0.05)
    raise AssertionError(f"job {job_id} is still {job.state}: {job.note} {job.error}")


def finish_all(worker: Callable[..., subprocess.Popen[bytes]]) -> None:
    """Let a worker do everything that waits."""
    assert worker("--until-idle").wait(timeout=WAIT_SECONDS) == 0


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def test_a_rolled_back_transaction_leaves_no_job(transactional_db):
    with transaction.atomic():
        add_job("add", left=1, right=2)
        transaction.set_rollback(True)

    assert not Job.objects.exists()
    assert queued() == 0


def test_a_worker_does_the_job_and_keeps_its_result(worker):
    number = add_job("add", left=40, right=2)

    finish_all(worker)

    row = jobs.get_job(job_id=number)
    assert (row.state, row.result, row.attempts) == (JobState.DONE, {"sum": 42, "attempt": 1}, 1)
    assert (row.done, row.total, row.note) == (1, 1, "adding")
    assert not row.is_open
    assert queued() == 0


def test_a_waiting_worker_takes_a_new_job_at_once(worker):
    worker()
    wait_for(add_job("add", left=1, right=1), JobState.DONE)

    began = time.monotonic()
    wait_for(add_job("add", left=1, right=1), JobState.DONE)
    assert time.monotonic() - began < 3


def test_a_worker_that_is_told_to_leave_finishes_its_job_and_nobody_else_starts_it(worker):
    process = worker()
    number = add_job("slow", seconds=8.0)
    wait_for(number, JobState.RUNNING)

    # Workers are taken for dead after a second of silence here, and the job takes eight.
    process.send_signal(signal.SIGTERM)
    worker()

    job = wait_for(number, JobState.DONE)
    assert job.attempts == 1
    assert process.wait(timeout=WAIT_SECONDS) == 0


def test_the_job_of_a_killed_worker_is_taken_up_again(worker):
    number = add_job("hang_once")
    first = worker()
    wait_for(number, JobState.RUNNING)

    first.kill()
    first.wait()
    worker()

    job = wait_for(number, JobState.DONE)
    assert (job.attempts, job.result) == (2, {"attempt": 2})


def test_a_job_that_ended_its_worker_too_often_fails(worker):
    number = add_job("hang_once")
    first = worker()
    wait_for(number, JobState.RUNNING)
    first.kill()
    first.wait()
    Job.objects.filter(pk=number).update(attempts=queue.ATTEMPTS_MAX)

    worker()

    job = wait_for(number, JobState.FAILED)
    assert (
        job.error
        == "The worker ended 6 times while doing this. Look into the worker's log, then restart the task."
    )


def test_a_world_that_was_not_ready_is_tried_again(worker):
    number = add_job("fail_once")
    worker()

    job = wait_for(number, JobState.DONE)

    assert job.result == {"attempt": 2}


def test_a_refusal_is_kept_as_its_sentence_and_not_repeated(worker):
    number = add_job("refuse")

    finish_all(worker)

    job = Job.objects.get(pk=number)
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.error == "The list is empty. Choose another."


def test_a_bug_fails_the_job_and_is_not_repeated(worker):
    number = add_job("crash")

    finish_all(worker)

    job = Job.objects.get(pk=number)
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.error == "ZeroDivisionError: a bug"


def test_a_waiting_job_is_cancelled_at_once(worker):
    number = add_job("add", left=1, right=2)

    assert cancel(job_id=number, now=NOW)
    finish_all(worker)

    job = Job.objects.get(pk=number)
    assert (job.state, job.attempts) == (JobState.CANCELLED, 0)
    assert not cancel(job_id=number, now=NOW)
    assert not cancel(job_id=999_999, now=NOW)


def test_a_running_job_is_cancelled_when_it_next_tells_of_its_progress(worker):
    number = add_job("slow", seconds=60)
    worker()
    wait_for(number, JobState.RUNNING)

    assert cancel(job_id=number, now=NOW)

    job = wait_for(number, JobState.CANCELLED)
    assert 0 < job.done < 1200


def test_of_several_jobs_with_one_lock_only_one_waits(transactional_db):
    first = add_job("add", lock="bill", left=1, right=2)

    assert add_job("add", lock="bill", left=5, right=5) == first
    assert add_job("add", lock="other", left=5, right=5) != first
    assert Job.objects.count() == 2


def test_a_task_that_nobody_registered_is_a_bug(transactional_db):
    with pytest.raises(LookupError, match=r"test\.unknown"):
        add_job("unknown")

    assert not Job.objects.exists()


def test_a_name_stands_for_one_function():
    with pytest.raises(ValueError, match="has a function already"):
        queue.register(name="test.add", function=child.slow)


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (TryAgain("later"), True),
        (OperationalError("server closed the connection"), True),
        (ZeroDivisionError(), False),
        (ValueError(), False),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again(error, passing):
    assert is_passing(error) is passing


def test_attempts_are_bounded_and_farther_and_farther_apart():
    waits = []
    for attempts in range(queue.ATTEMPTS_MAX):
        queued_job = QueuedJob(
            id=1,
            queue="default",
            lock=None,
            queueing_lock=None,
            task_name="x",
            attempts=attempts,
        )
        decision = queue._Retries().get_retry_decision(exception=TryAgain(), job=queued_job)
        now = SystemClock().now()
        waits.append(decision and (decision.retry_at - now).total_seconds())

    # 2 to the power of 0..4 seconds and up to one more; the sixth attempt is the last.
    assert [wait and 2**n - 1 < wait < 2**n + 1 for n, wait in enumerate(waits)] == [
        *[True] * 5,
        None,
    ]


def test_the_newest_jobs_come_first_and_only_those_of_the_account(transactional_db):
    first = add_job("add", left=1, right=1)
    second = add_job("add", left=2, right=2)

    assert [row.id for row in jobs.newest_jobs(limit=10)] == [second, first]
    assert [row.id for row in jobs.newest_jobs(limit=1)] == [second]
    assert jobs.newest_jobs(limit=10, account_id=8) == ()
    assert jobs.get_job(job_id=999_999) is None


def test_progress_of_a_job_that_does_not_run_is_ignored(transactional_db):
    number = add_job("add", left=1, right=1)

    jobs.progress(job_id=number, done=5)

    assert jobs.get_job(job_id=number).done == 0
