"""Tasks for the provider: the list, one task with its log, priorities, facts that leave."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from entrepot.flows.job_actor import actor_of
from entrepot.flows.task_acts import TaskRefused
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.outbox import handlers
from entrepot.infra.outbox.listing import FactState, list_facts
from entrepot.infra.outbox.models import DeliveryState, FactDelivery
from entrepot.infra.outbox.outgoing import put
from entrepot.infra.tasks import jobs, queue
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.infra.tasks.refusals import kept
from tests.support.people import Cast
from tests.web.tasks.conftest import NOW

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


def words_of(answer) -> str:
    """Return what a page says, without tags and with single blanks."""
    text = re.sub(
        r"<(script|style|svg)[^>]*>.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", text.replace("&#x27;", "'"))


def job(task: str = "bill", *, owner: int | None = None, day: str = "2026-03-09") -> int:
    return queue.enqueue(
        task=task, arguments={"until": day}, label=f"{task} {day}", now=NOW, owner_id=owner
    )


def actions() -> list[str]:
    return list(
        AuditEntry.objects.filter(object_kind__in=["job", "task", "fact"])
        .order_by("id")
        .values_list("action", flat=True)
    )


def test_the_list_filters_by_state_kind_and_person_and_pages_both_ways(people: Cast, at: Browser):
    mine = job(owner=people.harbor.user_id)
    failed = job("import_usage")
    jobs.begin(job_id=failed, now=NOW)
    jobs.fail(job_id=failed, error="The file is gone.", now=NOW)
    others = [
        job("rehearse", owner=people.harbor.user_id, day=f"2026-04-{day:02}") for day in range(1, 8)
    ]
    hanna = at(people.harbor)

    assert "Tasks wait, and no worker runs." in words_of(hanna.get("/provider/tasks/"))
    page = words_of(hanna.get("/provider/tasks/?view=failed"))
    assert "The file is gone." in page
    assert "Bill 9 March 2026" not in page
    page = words_of(hanna.get("/provider/tasks/?kind=bill&mine=1"))
    assert f"TSK-{mine}" in page
    assert "Hanna Harbor" in page
    assert f"TSK-{failed}" not in page
    assert "No task matches" in words_of(hanna.get("/provider/tasks/?kind=prove_run"))

    first = hanna.get("/provider/tasks/?rows=5").content.decode()
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = hanna.get(f"/provider/tasks/{onward[1].replace('&amp;', '&')}")
    assert f"TSK-{others[0]}" in words_of(second)
    back = re.search(r'rel="prev" href="([^"]+)"', second.content.decode())
    assert back is not None
    assert f"TSK-{others[-1]}" in words_of(
        hanna.get(f"/provider/tasks/{back[1].replace('&amp;', '&')}")
    )

    def statements(size: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            hanna.get(f"/provider/tasks/?rows={size}")
        return len(seen)

    assert statements(5) == statements(50)


def test_a_failed_task_is_restarted_put_first_and_stopped_and_its_log_says_who(
    people: Cast, at: Browser
):
    number = job("import_usage")
    jobs.begin(job_id=number, now=NOW)
    jobs.fail(job_id=number, error="The file is gone.", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    hanna, place = at(people.harbor), f"/provider/jobs/{number}/"

    page = words_of(hanna.get(place))
    assert "Failed: The file is gone." in page
    assert "Restart" in page
    assert "Run now" not in page
    assert "does not wait any more" in words_of(hanna.post(f"{place}now/", follow=True))

    assert "waits for a worker again" in words_of(hanna.post(f"{place}restart/", follow=True))
    twice = words_of(hanna.post(f"{place}restart/", follow=True))
    assert "has neither failed nor was it stopped" in twice
    assert "next to be begun" in words_of(hanna.post(f"{place}now/", follow=True))
    page = words_of(hanna.post(f"{place}stop/", follow=True))
    for text in ("Restarted", "Put before all others", "Asked to stop", "Stopped"):
        assert text in page
    assert page.count("Hanna Harbor") > 3
    assert Job.objects.get(pk=number).state is JobState.CANCELLED
    assert actions() == ["job_restarted", "job_put_first", "job_stopped"]


def test_a_priority_is_chosen_once_per_version_with_its_audit_entry(people: Cast, at: Browser):
    hanna, place = at(people.harbor), "/provider/tasks/kinds/choose/"
    page = words_of(hanna.get("/provider/tasks/kinds/"))
    # Every event is listed with its handlers, also those to which nobody reacts.
    for text in (
        "A day was billed",
        "vendor_wishes.follow_day",
        "by a task of its own",
        "FollowUpOpened",
    ):
        assert text in page
    form = {"name": "bill", "level": "realtime", "version": "0"}

    assert "Bill days: the priority is Realtime." in words_of(hanna.post(place, form, follow=True))
    second = hanna.post(place, form | {"level": "idle"})
    assert second.status_code == 409
    assert "Somebody has changed the priority of bill meanwhile." in words_of(second)
    assert hanna.post(place, form | {"level": "urgent", "version": "1"}).status_code == 422
    assert hanna.post(place, form | {"name": "nothing"}).status_code == 404
    handler = {"name": "vendor_wishes.follow_day", "level": "very_low", "version": "0"}
    assert hanna.post(place, handler).status_code == 302

    assert "chosen by Hanna Harbor" in words_of(hanna.get("/provider/tasks/kinds/"))
    entry = AuditEntry.objects.filter(action="task_priority_changed").order_by("id")[0]
    assert (entry.object_label, entry.before, entry.after) == (
        "bill",
        {"level": "high"},
        {"level": "realtime"},
    )


def test_facts_are_listed_by_state_and_parked_ones_are_handed_over_again(
    people: Cast, at: Browser, monkeypatch
):
    monkeypatch.setattr(handlers, "_handlers", {})
    monkeypatch.setattr(queue, "_usual_levels", dict(queue.usual_levels()))
    handlers.handles(name="mail", kinds=["payment_received"], function=lambda _fact: None)
    handlers.connect()
    kinds = ("payment_received", "invoice_issued", "invoice_issued")
    parked, unwanted, _waiting = (
        put(
            kind=kind, object_id=7, tenant_id=None, on_day=date(2026, 3, 9), payload={"amount": "5"}
        )
        for kind in kinds
    )
    handlers.hand_over(now=NOW, most=2)
    delivery = FactDelivery.objects.filter(fact_id=parked)
    delivery.update(state=DeliveryState.PARKED, error="503 from the mail server")
    hanna = at(people.harbor)

    page = words_of(hanna.get("/provider/tasks/facts/"))
    assert "INV-7" in page
    assert "Nobody wants to be told" in page
    assert "The next look of a worker hands it over." in page
    page = words_of(hanna.get("/provider/tasks/facts/?state=stuck"))
    assert "503 from the mail server" in page
    assert "Invoice issued" not in page

    again = f"/provider/tasks/facts/{parked}/again/"
    assert "was handed over again" in words_of(hanna.post(again, follow=True))
    assert "does not wait for a person" in words_of(hanna.post(again, follow=True))
    assert delivery.get().state is DeliveryState.WAITING
    assert Job.objects.filter(handler="mail").count() == 2
    assert "Under way" in words_of(hanna.get("/provider/tasks/facts/?state=open"))
    assert unwanted in [row.id for row in list_facts(state=FactState.TAKEN, limit=9).rows]
    assert actions() == ["fact_sent_again"]

    # A handler of facts has a priority of its own, as one of events has.
    page = words_of(hanna.get("/provider/tasks/kinds/"))
    assert "nobody wants to be told; marked as handled" in page
    form = {"name": "mail", "level": "very_low", "version": "0"}
    answer = hanna.post("/provider/tasks/kinds/choose/", form, follow=True)
    assert "mail: the priority is Very low." in words_of(answer)


def test_a_refusal_of_a_task_is_told_in_the_readers_language(people: Cast, at: Browser):
    number = job()
    refusal = TaskRefused(
        "task_not_waiting",
        "{object} does not wait any more.",
        object="TSK-1",
        next_step="Look at it again: a worker has taken it.",
    )
    jobs.begin(job_id=number, now=NOW)
    jobs.fail(job_id=number, error=refusal.text(), now=NOW, refusal=kept(refusal))
    page = words_of(at(people.harbor, "de").get(f"/provider/jobs/{number}/"))
    # On the page and in the log.
    assert (page.count("TSK-1 wartet nicht mehr."), "does not wait" in page) == (2, False)
    assert "does not wait any more." in words_of(at(people.harbor).get(f"/provider/jobs/{number}/"))


def test_what_a_task_does_is_signed_by_the_person_who_started_it(people: Cast):
    def running(owner: int | None) -> RunningJob:
        return RunningJob(12, 1, owner, 7, NOW, stop_asked=lambda: False)

    actor = actor_of(running(people.harbor.user_id))
    assert (actor.name, actor.user_id) == (people.harbor.name, people.harbor.user_id)
    assert (actor.job, actor.request_id, actor.channel) == ("job 12", "job 12", "task")
    assert (actor_of(running(None)).name, actor_of(running(10**9)).name) == ("job 12", "job 12")


def test_only_the_provider_sees_tasks_and_readers_change_nothing(people: Cast, at: Browser):
    number = job()
    pages = [
        "/provider/tasks/",
        "/provider/tasks/kinds/",
        "/provider/tasks/facts/",
        f"/provider/jobs/{number}/",
    ]
    for person in (people.ria, people.cleo):
        client = at(person)
        assert [client.get(page).status_code for page in pages] == [404] * 4
    Membership.objects.filter(user_id=people.harbor.user_id).update(role=RoleCode.READ_ONLY)
    reader = at(people.harbor, "de")

    assert [reader.get(page).status_code for page in pages] == [200] * 4
    assert "Ereignisse und Prioritäten" in words_of(reader.get(pages[0]))
    assert "Jetzt ausführen" not in words_of(reader.get(pages[3]))
    for act in ("stop", "restart", "now"):
        assert reader.post(f"{pages[3]}{act}/").status_code == 403
    form = {"name": "bill", "level": "idle", "version": "0"}
    assert reader.post("/provider/tasks/kinds/choose/", form).status_code == 403
    assert actions() == []
