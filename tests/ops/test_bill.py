"""The commands of billing, usage and the worker: what they print, and what they refuse."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

import entrepot
from entrepot.domain.billing.models import BillingRun
from entrepot.domain.usage.intake import UsageRowsRefused
from entrepot.flows.daily_billing import RunRefused
from entrepot.flows.wiring import connect
from entrepot.infra.outbox.models import OutboxEvent
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import enqueue
from entrepot.kernel.clock import FixedClock
from entrepot.ops.management.commands import bill as bill_command
from entrepot.ops.management.commands import import_usage as usage_command
from tests.domain.resale.shop import START, Shop, shop
from tests.domain.usage.support import line, write_file
from tests.support.people import NOW


@pytest.fixture(autouse=True)
def march(monkeypatch):
    clock = FixedClock(datetime(2026, 3, 5, 9, 0, tzinfo=UTC))
    monkeypatch.setattr(bill_command.Command, "clock", clock)
    monkeypatch.setattr(usage_command.Command, "clock", clock)


@pytest.fixture
def store(transactional_db) -> Shop:
    store = shop()
    store.subscribe("5")
    return store


def run(command: object, *words: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(command, *map(str, words), stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def run_bill(*words: object) -> str:
    return run(bill_command.Command(), *words)[0]


def test_days_are_billed_up_to_a_date_and_told_one_by_one(store):
    run_bill("--until", START)

    out = run_bill("--until", "2026-03-03", "--chunk", "10")

    first, second, last = out.splitlines()
    assert first.startswith("2026-03-02: 0 due, 0 charges, 0 documents with 0 lines in ")
    assert first.endswith("; proved")
    assert second.startswith("2026-03-03: ")
    assert last == "The business date is 2026-03-04."


def test_a_completed_date_says_so_and_is_no_failure(store):
    run_bill("--until", START)

    assert run_bill("--until", START) == "Already complete. The business date is 2026-03-02.\n"


def test_the_result_can_be_read_by_programs(store):
    facts = json.loads(run_bill("--until", START, "--json"))

    assert (facts["state"], facts["business_date"]) == ("done", "2026-03-02")
    (day,) = facts["days"]
    assert (day["day"], day["due"], day["documents"], day["findings"]) == ("2026-03-01", 1, 3, 0)


def test_a_second_run_at_the_same_time_says_so_and_is_no_failure(store):
    params = connection.get_connection_params()
    names = ("dbname", "user", "host", "port")
    dsn = psycopg.conninfo.make_conninfo(**{n: params[n] for n in names if params.get(n)})
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(1, 1)")

        assert run_bill() == "Billing is already running; nothing was done.\n"

    assert not BillingRun.objects.exists()


def test_an_earlier_date_is_refused_with_the_date_to_bill(store):
    run_bill("--until", START)

    with pytest.raises(RunRefused, match="Bill 2026-03-02, the business date"):
        run_bill("--until", "2026-02-01")


def test_days_to_come_are_billed_outside_production_only(store, settings):
    settings.PRODUCTION = True
    with pytest.raises(RunRefused, match="has not come yet; today is 2026-03-05"):
        run_bill("--until", "2026-03-06")

    settings.PRODUCTION = False
    assert "2026-03-06: " in run_bill("--until", "2026-03-06")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--until", "2026-02-30"], "is not a date"),
        (["--until", "10000-01-01"], "is not a date"),
        (["--workers", "0"], "is not a number from 1 to 64"),
        (["--workers", "-1"], "is not a number from 1 to 64"),
        (["--chunk", "1e9"], "is not a number from 1 to 1,000,000"),
    ],
)
def test_unusable_options_are_refused_before_anything_happens(words, message):
    with pytest.raises(CommandError, match=message):
        run_bill(*words)


def test_a_usage_file_is_imported_and_what_waits_is_named(store, tmp_path, settings):
    settings.DATA = tmp_path
    others = [line(SubAccountId=f"x{number}") for number in range(21)]
    path = write_file(tmp_path / "may.csv", [line(BilledCost="5"), *others])

    out, _ = run(usage_command.Command(), path)

    assert ": 22 lines, 0 rejected, 0 totals changed, 0 subscriptions to be billed" in out
    assert "22 sub-accounts wait to be linked or priced:" in out
    assert "Stratus cleo: not linked to a subscription, 1 line\n" in out
    assert out.count("not linked to a subscription") == 20
    assert "2 more; the page of the import has them all." in out
    again, _ = run(usage_command.Command(), path, "--json")
    assert json.loads(again)["known_already"] is True


def test_wrong_rows_are_listed_and_nothing_is_imported(store, tmp_path, settings):
    settings.DATA = tmp_path
    path = write_file(tmp_path / "may.csv", [line(BilledCost="5"), line(BilledCost="five")])
    err = StringIO()

    with pytest.raises(UsageRowsRefused, match="has one faulty row, line 3: BilledCost"):
        call_command(usage_command.Command(), str(path), stdout=StringIO(), stderr=err)

    assert "line 3, BilledCost: " in err.getvalue()
    short = tmp_path / "short.csv"
    short.write_text(path.read_text().splitlines()[0] + "\n1,2\n")
    err = StringIO()
    with pytest.raises(UsageRowsRefused):
        call_command(usage_command.Command(), str(short), stdout=StringIO(), stderr=err)
    assert "line 2: the row has 2 cells" in err.getvalue()
    out, _ = run(usage_command.Command(), path, "--skip-bad")
    assert "1 line, 1 rejected" in out


def test_a_worker_bills_when_a_button_asked_for_it(store):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    connect()
    number = enqueue(task="bill", arguments={"until": "2026-03-01"}, label="Bill", now=NOW)

    code = (
        "import django; django.setup(); from django.core.management import call_command; "
        "call_command('worker', until_idle=True)"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "entrepot.config.settings",
        "ENTREPOT_DB_NAME": str(connection.settings_dict["NAME"]),
        "PYTHONPATH": str(Path(entrepot.__file__).parents[1]),
    }
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)

    job = Job.objects.get(pk=number)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert job.result == {"state": "done", "days": ["2026-03-01"], "findings": 0}
    assert BillingRun.objects.get().day == date(2026, 3, 1)
    assert BillingRun.objects.get().started_by == f"job {number}"


def test_what_commands_publish_reaches_the_outbox(transactional_db):
    connect()
    connect()
    store = shop()

    number = store.subscribe("1")

    event = OutboxEvent.objects.get(kind="subscription_started")
    assert (event.object_id, event.on_day) == (number, START)
