"""A worker is killed in the middle of an import: the next one takes it up, and nothing is there twice or by half."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from entrepot.domain.catalog.models import CatalogPrice, Plan, PriceListImport
from entrepot.domain.usage.models import (
    ParkedSubAccount,
    UsageImport,
    UsageImportState,
    UsageSource,
)
from entrepot.flows import wiring
from entrepot.flows.price_jobs import start_price_import
from entrepot.flows.usage_jobs import start_usage_import
from entrepot.infra.tasks.models import Job, JobState
from tests.domain.catalog.pricelist.files import JANUARY
from tests.domain.resale.shop import Shop, shop
from tests.domain.usage.support import line, write_file
from tests.support.people import NOW, SETUP

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WAIT_SECONDS = 60.0


@pytest.fixture
def store(transactional_db) -> Shop:
    """Everybody, and an empty queue."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    wiring.connect()
    return shop()


@pytest.fixture
def worker(store: Shop, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Start worker processes on the test database that kill themselves at a named point, or never."""
    started: list[subprocess.Popen[bytes]] = []

    def start(point: str = "") -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "ENTREPOT_DB_NAME": str(connection.settings_dict["NAME"]),
            "ENTREPOT_FAILPOINT": f"{point}:kill:1" if point else "",
            "PYTHONPATH": os.pathsep.join(["src", "."]),
        }
        command = [sys.executable, "-m", "tests.flows.import_worker", str(tmp_path / "data")]
        started.append(subprocess.Popen(command, env=environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def after_a_kill(worker: Callable[..., subprocess.Popen[bytes]], *, at: str, job_id: int) -> Job:
    """Let a worker die at a point and a second one end the job."""
    assert worker(at).wait(timeout=WAIT_SECONDS) == -signal.SIGKILL
    assert Job.objects.get(pk=job_id).state == JobState.RUNNING
    worker()
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        job = Job.objects.get(pk=job_id)
        if job.state in (JobState.DONE, JobState.FAILED):
            return job
        time.sleep(0.1)
    raise AssertionError(f"the job is still {job.state}")


def who(store: Shop) -> dict[str, Any]:
    return {
        "actor": SETUP,
        "account_id": store.people.harbor.account_id,
        "tenant_id": store.people.harbor.account_id,
        "now": NOW,
    }


@pytest.mark.parametrize("point", ["price_import.written", "price_import.committed"])
def test_a_price_list_is_applied_once_whenever_its_worker_dies(store, worker, tmp_path, point):
    path = tmp_path / "january.csv"
    path.write_bytes(JANUARY.read_bytes())
    before = CatalogPrice.objects.count()
    job_id = start_price_import(
        path=path, name="january.csv", skip_bad=False, language="en", **who(store)
    )

    job = after_a_kill(worker, at=point, job_id=job_id)

    made = PriceListImport.objects.get()
    assert (job.state, job.attempts, job.result["import"]) == (JobState.DONE, 2, made.id)
    assert CatalogPrice.objects.count() == before + 292
    assert Plan.objects.filter(product_code__startswith="CFQ").count() == 43


@pytest.mark.parametrize("point", ["usage_import.stored", "usage_import.written"])
def test_a_usage_file_counts_once_whenever_its_worker_dies(store, worker, tmp_path, point):
    path = write_file(tmp_path / "may.csv", [line(BilledCost="5"), line(BilledCost="2.5")])
    job_id = start_usage_import(path=path, skip_bad=False, **who(store))

    job = after_a_kill(worker, at=point, job_id=job_id)

    # The first attempt is kept as what it was: refused, without lines; the second one counts.
    first, second = UsageImport.objects.order_by("id")
    assert (job.state, job.attempts, job.result["import"]) == (JobState.DONE, 2, second.id)
    assert (first.state, second.state) == (UsageImportState.REFUSED, UsageImportState.APPLIED)
    assert "worker ended" in first.problems[0]["reason"]
    assert UsageSource.objects.get().usage_import_id == second.id
    parked = ParkedSubAccount.objects.get()
    assert (parked.usage_import_id, parked.lines) == (second.id, 2)
    kept = sorted(p.name for p in (tmp_path / "data" / "usage").rglob("import-*"))
    assert kept == [f"import-{second.id:08d}.parquet"]
