"""Building the world: repeatable, interruptible, once only, and the same every time."""

import hashlib
import json
import socket
import stat
import threading
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entrepot.demo import base_people, base_portal, history, job
from entrepot.demo.base import build_base
from entrepot.demo.history import DAY_PLAYED, fill_history
from entrepot.demo.logins import FILE_NAME, read_logins
from entrepot.demo.portal import FILE_NAME as PORTAL_FILE
from entrepot.demo.portal import read_portal
from entrepot.demo.stage import ACTOR, instant
from entrepot.domain.billing.models import BillingRun, Charge
from entrepot.domain.parties.commands import open_provider
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.wiring import connect
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.outbox.models import OutboxEvent
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.ops.identity_simulator.runner import IdentitySimulator
from entrepot.ops.management.commands.identity_simulator import play_demo
from entrepot.ops.management.commands.seed_demo import DemoRefused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECOND, FOURTH = date(2026, 1, 2), date(2026, 1, 4)

FINGERPRINT = """
SELECT string_agg(line, E'\n' ORDER BY line) FROM (
    SELECT concat_ws('|', 'account', name, country, city, tax_number, path <> '', opened_on) AS line FROM account
    UNION ALL
    SELECT concat_ws('|', 'charge', s.vendor_reference, c.kind, c.tier, c.period_start, c.quantity, c.unit_price,
        c.discount_ppm, c.net, c.tax, c.statement_on)
    FROM charge AS c INNER JOIN subscription AS s ON s.id = c.subscription_id
    UNION ALL
    SELECT concat_ws('|', 'invoice', number_text, a.name, i.issued_on, i.due_on, i.net, i.tax, i.gross, i.open_amount)
    FROM invoice AS i INNER JOIN account AS a ON a.id = i.buyer_id
    UNION ALL
    SELECT concat_ws('|', 'subscription', vendor_reference, status, started_on, quantity, customer_name, plan_name)
    FROM subscription
    UNION ALL
    SELECT concat_ws('|', 'paid', reference, amount, posted_on) FROM transfer
) AS facts
"""


@pytest.fixture(autouse=True)
def _new_session() -> None:
    """Start each test in a database session of its own, as each command does."""
    connection.close()


def _fingerprint() -> str:
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT)
        return hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()


def test_two_builds_give_the_same_companies_charges_and_documents(tmp_path: Path):
    prints = []
    for place in (tmp_path / "first", tmp_path / "second"):
        build_base(data_dir=place, small=True)
        fill_history(data_dir=place, until=FOURTH)
        prints.append(_fingerprint())
        call_command("flush", interactive=False, verbosity=0)
        connection.close()

    assert prints[0] == prints[1]
    passwords = [
        {login.password for login in read_logins(directory=place)} for place in tmp_path.iterdir()
    ]
    assert passwords[0].isdisjoint(passwords[1])


def test_a_stopped_history_goes_on_where_it_stopped(tmp_path: Path, monkeypatch):
    connect()
    build_base(data_dir=tmp_path, small=True)

    def stop_after_second(day: date, _last: date) -> None:
        if day == SECOND:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_history(data_dir=tmp_path, until=FOURTH, progress=stop_after_second)
    # The next day's acts are committed, then the process dies before the run.
    with monkeypatch.context() as patched:
        patched.setattr(history, "bill", _die)
        with pytest.raises(RuntimeError):
            fill_history(data_dir=tmp_path, until=FOURTH)
    result = fill_history(data_dir=tmp_path, until=FOURTH)
    again = fill_history(data_dir=tmp_path, until=FOURTH)

    assert (result.days, again.days) == (2, 0)
    assert result.refused == ()
    assert AuditEntry.objects.filter(action=DAY_PLAYED).count() == 4
    assert BillingRun.objects.count() == 4
    started = OutboxEvent.objects.filter(kind="subscription_started")
    assert started.count() == Subscription.objects.count()
    assert Subscription.objects.values("vendor_reference").distinct().count() == (
        Subscription.objects.count()
    )


def _die(**_arguments: object) -> None:
    raise RuntimeError("killed")


def test_two_starts_at_once_build_one_world_and_do_each_day_once(tmp_path: Path):
    built: list[bool] = []
    days: list[int] = []

    def start() -> None:
        try:
            built.append(build_base(data_dir=tmp_path, small=True))
            days.append(fill_history(data_dir=tmp_path, until=SECOND).days)
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(built) == [False, True]
    assert sum(days) == 2
    assert AuditEntry.objects.filter(action=DAY_PLAYED).count() == 2
    assert Account.objects.filter(kind="provider").count() == 1
    login = next(one for one in read_logins(directory=tmp_path) if one.login == "mira.voss")
    assert User.objects.get(login="mira.voss").check_password(login.password)


def test_the_base_takes_few_queries_and_what_signs_in_is_only_in_private_files(
    tmp_path: Path, monkeypatch, capsys
):
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setattr(base_portal, "PORT", free.getsockname()[1])
    monkeypatch.setattr(settings, "DATA", tmp_path)
    with CaptureQueriesContext(connection) as queries:
        assert build_base(data_dir=tmp_path, small=True)
    assert not build_base(data_dir=tmp_path, small=True)

    # 98 tax rules, 43 accounts with terms and chains, 31 people; about 2,000 statements.
    assert len(queries) < 2_600
    path = tmp_path / FILE_NAME
    portal = read_portal(directory=tmp_path)
    for file in (path, tmp_path / PORTAL_FILE):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    logins = json.loads(path.read_text("utf-8"))
    for login in logins[:3]:
        user = authenticate(
            username=f"{login['host']}/{login['login']}", password=login["password"]
        )
        assert user is not None
    entries = AuditEntry.objects.values_list("before", "after", "reason")
    written = json.dumps(list(entries), default=str)
    assert not any(login["password"] in written for login in logins)
    assert portal.secret not in written
    assert portal.secret not in repr(portal)
    _come_in_where_the_logins_say(tmp_path, monkeypatch, capsys)


def _come_in_where_the_logins_say(tmp_path: Path, monkeypatch, capsys) -> None:
    """Go to the demo's portal at the address that `show-logins` prints, as somebody whom nobody has created."""
    monkeypatch.setattr(settings, "PUBLIC_PORT", "8123")
    portal, played = read_portal(directory=tmp_path), play_demo(web_port=8123)
    monkeypatch.setattr(settings, "INSIDE_PORTALS", frozenset({portal.address}))

    call_command("show_logins", "--port", "8123")
    shown = capsys.readouterr().out
    address = "http://kranich.localhost:8123/sign-in/portal/cobalt-freight/"
    assert f"{address}\n  Paula Reents  no password" in shown
    client = Client(HTTP_HOST="kranich.localhost:8123")
    assert "Cobalt Freight GmbH" in client.get(urlsplit(address).path).content.decode()
    with IdentitySimulator(people=played.people, port=played.port) as simulator:
        simulator.register(played.client_id, played.secret, *played.ways_back)
        there = client.get(f"{urlsplit(address).path}go/")
        choice = {"person": played.people[0].subject}
        sent = requests.post(
            there.headers["Location"], data=choice, allow_redirects=False, timeout=5
        )
        back = urlsplit(sent.headers["Location"])
        answer = client.get(f"{back.path}?{back.query}")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    paula = Membership.objects.get(user__login="paula.reents")
    assert (paula.account.name, paula.role) == ("Cobalt Freight GmbH", "user")


def test_the_commands_start_one_visible_job_whose_progress_counts_days(
    tmp_path: Path, monkeypatch, capsys
):
    monkeypatch.setattr(settings, "DATA", tmp_path)
    call_command("seed_demo", "--small", "--if-empty", "--background", "--until", "2026-01-02")
    call_command("seed_demo", "--if-empty", "--background", "--until", "2026-01-02")
    call_command("show_logins", "--port", "8123")
    shown = capsys.readouterr().out
    Job.objects.update(state=JobState.RUNNING)
    waiting = Job.objects.get()
    result = job.run(_running(waiting.id), until=SECOND.isoformat())

    assert shown.count(f"fills in the background as task TSK-{waiting.id}.") == 2
    assert "http://localhost:8123/sign-in/" in shown
    assert "http://kranich.localhost:8123/sign-in/" in shown
    mira = next(one for one in read_logins(directory=tmp_path) if one.login == "mira.voss")
    assert mira.password in shown
    done = Job.objects.get()
    assert (done.done, done.total, done.note) == (2, 2, "2026-01-02")
    assert result["days"] == 2
    assert result["charges"] == Charge.objects.count() > 0
    assert job.request_history(now=instant(SECOND), until=SECOND) is None


def _running(number: int) -> RunningJob:
    return RunningJob(
        id=number,
        attempt=1,
        owner_id=None,
        account_id=None,
        now=instant(SECOND),
        stop_asked=lambda: False,
    )


def test_a_database_with_another_provider_is_left_alone(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(settings, "DATA", tmp_path)
    open_provider(
        name="Somebody Else",
        country="DE",
        currency="EUR",
        opened_on=SECOND,
        timezone="Europe/Berlin",
        actor=ACTOR,
        now=instant(SECOND),
    )

    call_command("seed_demo", "--if-empty", "--background")
    with pytest.raises(DemoRefused, match="already holds a provider"):
        call_command("seed_demo")

    assert capsys.readouterr().out == ""
    assert Job.objects.count() == 0


def test_a_password_that_resembles_the_person_is_drawn_again(tmp_path: Path, monkeypatch):
    drawn = iter(["mira.voss-kranich-example", "seven-slow-ferries-leave-41"] * 40)
    monkeypatch.setattr(base_people, "new_password", lambda: next(drawn))

    build_base(data_dir=tmp_path, small=True)

    mira = next(one for one in read_logins(directory=tmp_path) if one.login == "mira.voss")
    assert mira.password == "seven-slow-ferries-leave-41"
