"""Facts: handed to each handler once, tried again or parked by the class of the error, done where nobody wants them."""

from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from entrepot.infra.outbox import handlers
from entrepot.infra.outbox.handlers import FactsParked, do_handle, hand_over, handles, try_again
from entrepot.infra.outbox.listing import FactState, count_facts, list_facts
from entrepot.infra.outbox.models import FactDelivery, OutboxEvent
from entrepot.infra.outbox.outgoing import Outgoing, put
from entrepot.infra.tasks import jobs, queue
from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.errors import Refused

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_handlers", {})
    monkeypatch.setattr(queue, "_usual_levels", dict(queue.usual_levels()))


def fact(number: int, kind: str = "payment_received") -> int:
    return put(
        kind=kind, object_id=number, tenant_id=7, on_day=date(2026, 3, 2), payload={"amount": "10"}
    )


def run(job: Job) -> None:
    """Carry out a job as the queue does; what may pass reaches the caller."""
    assert jobs.begin(job_id=job.id, now=NOW) is not None
    running = RunningJob(job.id, job.attempts + 1, None, None, NOW, stop_asked=lambda: False)
    try:
        result = do_handle(running, **job.arguments)
    except FactsParked as refusal:
        jobs.fail(job_id=job.id, error=refusal.text(), now=NOW)
    else:
        jobs.finish(job_id=job.id, result=result, now=NOW)


def told(*kinds: str, name: str = "mail", level: Level = Level.NORMAL) -> list[Outgoing]:
    """Make a handler that keeps what it is told."""
    seen: list[Outgoing] = []
    handles(name=name, kinds=kinds, function=seen.append, level=level)
    handlers.connect()
    return seen


def states() -> dict[tuple[int, str], tuple[str, int]]:
    rows = FactDelivery.objects.all()
    return {(row.fact_id, row.handler): (row.state.value, row.attempts) for row in rows}


def test_each_handler_gets_each_fact_of_its_kinds_once_and_nobody_keeps_the_others_waiting():
    mail = told("payment_received", level=Level.HIGH)
    books = told("payment_received", "invoice_issued", name="books")
    first, second, unwanted = fact(1), fact(2, "invoice_issued"), fact(3, "credit_held")

    assert hand_over(now=NOW, most=2) == 2
    assert hand_over(now=NOW) == 1
    assert hand_over(now=NOW) == 0
    assert count_facts(state=FactState.WAITING) == 0
    assert [row.state for row in list_facts(state=None, limit=9).rows] == [
        *(FactState.TAKEN, FactState.OPEN, FactState.OPEN)
    ]
    found = {job.handler: job for job in Job.objects.all()}
    assert sorted(found) == ["books", "mail"]
    assert queue.usual_levels()["mail"] is Level.HIGH
    for job in [*found.values(), found["mail"]]:
        # The second run of one job, after a worker was killed before it could say so.
        Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
        run(job)

    assert [one.id for one in mail] == [first]
    assert [one.id for one in books] == [first, second]
    assert mail[0].payload == {"amount": "10"}
    assert set(states().values()) == {("done", 1)}
    assert OutboxEvent.objects.get(pk=unwanted).taken_at == NOW
    assert count_facts(state=FactState.OPEN) == 0


def test_a_mass_of_facts_is_one_job_for_every_two_hundred():
    told("payment_received")
    for number in range(201):
        fact(number)
    with CaptureQueriesContext(connection) as queries:
        assert hand_over(now=NOW) == 201
    assert [len(job.arguments["fact_ids"]) for job in Job.objects.order_by("id")] == [200, 1]
    # One to take them, and for each job its rows and its deliveries.
    assert len([one for one in queries if "fact_delivery" in one["sql"]]) == 2


def test_what_is_refused_or_breaks_is_parked_alone_and_goes_on_when_somebody_says_so():
    moods: dict[int, Exception] = {}

    def receive(one: Outgoing) -> None:
        # A write of the handler itself, which has to go with the fact that is not handled.
        put(kind="echo", object_id=one.object_id, tenant_id=None, on_day=one.on_day, payload={})
        if one.object_id in moods:
            raise moods[one.object_id]

    handles(name="mail", kinds=["payment_received"], function=receive)
    handlers.connect()
    good, refused, broken = fact(1), fact(2), fact(3)
    moods[2] = Refused("no_address", "Nobody has an address.", next_step="Add one.")
    moods[3] = ZeroDivisionError("a bug\nwith details")
    hand_over(now=NOW)
    job = Job.objects.get()
    run(job)

    job.refresh_from_db()
    assert job.state is JobState.FAILED
    assert job.error.startswith("2 of 3 facts were not handled.")
    page = list_facts(state=FactState.STUCK, limit=9).rows
    assert [(row.id, row.deliveries[0].error) for row in page] == [
        (broken, "ZeroDivisionError: a bug"),
        (refused, "Nobody has an address. Add one."),
    ]
    assert list(OutboxEvent.objects.filter(kind="echo").values_list("object_id", flat=True)) == [1]

    del moods[2]
    assert try_again(fact_id=refused, now=NOW)
    assert not try_again(fact_id=refused, now=NOW)
    assert not try_again(fact_id=good, now=NOW)
    run(Job.objects.get(state=JobState.WAITING))
    assert states()[refused, "mail"] == ("done", 2)

    # Restarting the first job handles what is left of it, and nothing twice.
    del moods[3]
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    run(job)
    assert states() == {
        (good, "mail"): ("done", 1),
        (refused, "mail"): ("done", 2),
        (broken, "mail"): ("done", 2),
    }
    assert OutboxEvent.objects.filter(kind="echo").count() == 3


def test_what_may_pass_leaves_the_rest_to_the_next_try_of_the_job():
    away = {2}

    def receive(one: Outgoing) -> None:
        if one.object_id in away:
            raise OperationalError("the server closed the connection")

    handles(name="mail", kinds=["payment_received"], function=receive)
    handlers.connect()
    first, second = fact(1), fact(2)
    hand_over(now=NOW)
    job = Job.objects.get()
    with pytest.raises(OperationalError):
        run(job)
    assert states() == {(first, "mail"): ("done", 1), (second, "mail"): ("waiting", 0)}
    away.clear()
    run(job)
    assert set(states().values()) == {("done", 1)}


def test_a_cause_that_rolls_back_leaves_no_fact_and_a_bound_is_a_bound():
    with transaction.atomic():
        fact(1)
        transaction.set_rollback(True)
    assert not OutboxEvent.objects.exists()
    for most in (0, 5001):
        with pytest.raises(ValueError, match="outside"):
            hand_over(now=NOW, most=most)
    told("payment_received")
    with pytest.raises(ValueError, match="already"):
        told("credit_held")


def test_a_handler_that_this_version_does_not_have_is_named():
    told("payment_received")
    fact(1)
    hand_over(now=NOW)
    handlers._handlers.clear()
    with pytest.raises(LookupError, match="mail"):
        run(Job.objects.get())
