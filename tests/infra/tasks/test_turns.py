"""Priorities: who is begun first, in which proportion, and what people can change while jobs wait."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from entrepot.infra.db.sql import statement
from entrepot.infra.tasks import events_later, jobs, people, priorities, queue
from entrepot.infra.tasks.claims import claim_values
from entrepot.infra.tasks.levels import WEIGHTS, Level
from entrepot.infra.tasks.models import Job, JobState, Step

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def nothing(_job: Any) -> dict[str, Any]:
    """Do nothing."""
    return {}


@pytest.fixture(autouse=True)
def _tasks(db: None) -> None:
    with connection.cursor() as cursor:
        # Tests that commit may leave jobs; Django does not empty the tables of the queue.
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    for level in Level:
        queue.register(name=f"turn.{level}", function=nothing, level=level)
    queue.register(name="turn.usual", function=nothing)


def add(level: str, number: int = 1) -> list[int]:
    return [
        queue.enqueue(task=f"turn.{level}", arguments={}, label=level, now=NOW)
        for _ in range(number)
    ]


def begin(number: int) -> list[str]:
    """Claim as a worker does; return the names of the queues in their order."""
    found = []
    values = claim_values(usual=queue.usual_levels(), worker_id=worker())
    with connection.cursor() as cursor:
        for _ in range(number):
            rows = statement("entrepot.infra.tasks", "claim_job").rows(cursor, **values)
            found += [row[8] for row in rows]
    return found


def worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        return int(cursor.fetchone()[0])


def test_levels_share_beginnings_by_their_weights_and_none_starves():
    for level in WEIGHTS:
        add(level, 140)

    begun = begin(126)

    # Two rounds of 1 + 2 + 4 + 8 + 16 + 32 = 63 turns.
    assert Counter(begun) == {
        "turn.idle": 2,
        "turn.very_low": 4,
        "turn.low": 8,
        "turn.normal": 16,
        "turn.high": 32,
        "turn.very_high": 64,
    }
    # The least urgent one is begun within every 63, and the most urgent one waits for one turn of each at most.
    assert all("turn.idle" in begun[start : start + 63] for start in (0, 63))
    assert begun[0] == "turn.very_high"
    gaps = [place for place, name in enumerate(begun) if name == "turn.very_high"]
    assert max(after - before for before, after in pairwise(gaps)) <= 6


def test_realtime_is_first_and_a_level_that_was_idle_has_saved_nothing_up():
    add("high", 40)
    assert set(begin(20)) == {"turn.high"}
    add("very_low", 40)
    add("realtime", 3)

    begun = begin(3 + 9)

    assert begun[:3] == ["turn.realtime"] * 3
    # 2 to 16 from now on: very low does not get back the 20 turns during which it had nothing to do.
    assert Counter(begun[3:]) == {"turn.high": 8, "turn.very_low": 1}


def test_a_changed_priority_counts_for_what_waits_already_and_needs_the_version_that_was_seen():
    add("high", 3)
    add("idle", 1)
    saved = {"name": "turn.idle", "by": "Hanna", "now": NOW}

    assert priorities.choose_level(level=Level.REALTIME, version=0, **saved) is None
    assert begin(2) == ["turn.idle", "turn.high"]

    assert priorities.choose_level(level=Level.LOW, version=1, **saved) is Level.REALTIME
    assert priorities.chosen_levels()["turn.idle"].version == 2
    for version in (0, 1):
        with pytest.raises(priorities.ChangedMeanwhile):
            priorities.choose_level(level=Level.HIGH, version=version, **saved)
    assert priorities.chosen_levels()["turn.idle"].level is Level.LOW


def test_a_job_that_is_put_first_is_the_next_also_when_it_waited_for_its_next_try():
    add("very_high", 2)
    (number,) = add("idle")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' WHERE queue_name = 'turn.idle'"
        )
    assert list(people.next_tries(job_ids=[number])) == [number]

    assert people.put_first(job_id=number, now=NOW, by="Hanna")

    assert begin(1) == ["first"]
    assert people.next_tries(job_ids=[number]) == {}
    assert [(line.step, line.by) for line in jobs.log_of(job_id=number)] == [
        (Step.PUT_FIRST, "Hanna")
    ]
    jobs.begin(job_id=number, now=NOW)
    assert not people.put_first(job_id=number, now=NOW)


def test_what_failed_or_was_cancelled_can_be_restarted_and_its_log_stays():
    (number,) = add("usual")
    assert not people.restart(job_id=number, now=NOW)
    begin(1)
    jobs.begin(job_id=number, now=NOW)
    jobs.fail(job_id=number, error="The file is gone.", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")

    assert people.restart(job_id=number, now=NOW, by="Hanna")
    assert not people.restart(job_id=number, now=NOW)

    job = Job.objects.get(pk=number)
    # One attempt was made; six more are allowed.
    assert (job.state, job.error, job.attempts, job.attempts_max) == (JobState.WAITING, "", 1, 7)
    assert begin(2) == ["turn.usual"]
    log = [(line.step, line.text) for line in jobs.log_of(job_id=number)]
    assert log == [
        (Step.BEGUN, "1"),
        (Step.FAILED, "The file is gone."),
        (Step.RESTARTED, ""),
    ]

    Job.objects.filter(pk=number).update(task="turn.gone", state=JobState.FAILED)
    with pytest.raises(LookupError, match=r"turn\.gone"):
        people.restart(job_id=number, now=NOW)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something with a value of every shape that events have."""

    number: int
    name: str
    day: date
    at: datetime
    amount: Decimal
    level: Level
    until: date | None
    is_big: bool


def test_an_event_is_kept_in_a_job_and_handled_with_the_same_values():
    seen: list[Happened] = []
    allowed = [True]
    handler = events_later.later(
        name="turn.happened",
        event_type=Happened,
        function=seen.append,
        level=Level.IDLE,
        once=True,
        when=lambda: allowed[0],
    )
    events_later.connect()
    event = Happened(1, "One", date(2026, 3, 2), NOW, Decimal("1.50"), Level.LOW, None, is_big=True)

    handler(event)
    handler(event)
    allowed[0] = False
    handler(event)

    job = Job.objects.get()
    assert (job.task, job.handler, job.label) == (
        "handle_event",
        "turn.happened",
        "Happened: turn.happened",
    )
    assert begin(2) == ["turn.happened"]
    events_later.do_handle(None, **job.arguments)  # type: ignore[arg-type]
    assert seen == [event]
    with pytest.raises(ValueError, match="already"):
        events_later.later(name="turn.happened", event_type=Happened, function=print)
    with pytest.raises(TypeError, match="list"):
        events_later.to_json(Happened(1, "", [], NOW, Decimal(1), Level.LOW, None, is_big=False))  # type: ignore[arg-type]


def test_only_workers_that_were_heard_of_are_listed():
    number = worker()
    worker()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' WHERE id <> %s",
            [number],
        )

    assert [(row.id, row.running) for row in people.workers()] == [(number, 0)]
