"""Drift for the provider: a task compares with a real vendor's answers, one click repairs, and only once."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import DriftDifference, Operation
from entrepot.flows.drift_jobs import do_look
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.ops.vendor_simulator.vendor import Thing
from tests.domain.provisioning.kit import Kit, kit, operation
from tests.support.people import Cast, cast
from tests.web.provisioning.conftest import NOW
from tests.web.tasks.test_tasks import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(db: None, tmp_path: Path, settings: Any) -> Iterator[Kit]:
    """A vendor on a real port that our surroundings know."""
    settings.DATA = tmp_path
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "connectors") as found:
        settings.INSIDE_VENDORS = found.surroundings.inside
        yield found


@pytest.fixture
def people(db: None) -> Cast:
    """Everybody."""
    return cast()


def work(number: int) -> None:
    """Do what a worker does with the job of a look."""
    job = Job.objects.get(pk=number)
    running = RunningJob(job.id, 1, job.owner_id, job.account_id, NOW, lambda: False)
    do_look(running, **job.arguments)
    Job.objects.filter(pk=number).update(state=JobState.DONE)


def test_differences_are_found_by_a_task_and_repaired_with_one_click(
    vendor: Kit, people: Cast, at: Callable[..., Client]
):
    first, second = vendor.order(), vendor.order()
    vendor.settle()
    vendor.vendor.find(operation(first).instance.key).quantity = "6"
    vendor.vendor.find(operation(second).instance.key).state = "removed"
    vendor.vendor.things["stranger"] = [
        Thing("stranger", "V-99", "running", {"sku": "MAIL"}, "1", {})
    ]
    hanna = at(people.harbor)
    place = f"/provider/provisioning/connectors/{vendor.connector_id}/"
    assert "Not compared yet" in words_of(hanna.get(place))

    hanna.post(f"{place}look/")
    hanna.post(f"{place}look/")
    job = Job.objects.get(task="look_for_drift")
    assert "The vendor is being asked." in words_of(hanna.get(place))
    work(job.id)

    page = words_of(hanna.get(place))
    for text in (
        "3 differences, 2 services compared",
        "Another quantity",
        "Unknown to us",
        "ask the vendor",
    ):
        assert text in page
    units, missing, stranger = (
        DriftDifference.objects.get(kind=kind)
        for kind in ("quantity", "missing_at_vendor", "unknown_to_us")
    )
    assert (units.ours, units.theirs) == ("5", "6")
    repair = "/provider/provisioning/differences/{}/repair/"
    answer = hanna.post(repair.format(units.id))
    units.refresh_from_db()
    assert answer.url == f"/provider/provisioning/{units.operation_id}/"
    assert (units.repaired_by, Operation.objects.get(pk=units.operation_id).action) == (
        "Hanna Harbor",
        "change",
    )
    again = words_of(hanna.post(repair.format(units.id), follow=True))
    assert "Hanna Harbor has had" in again
    assert "cannot be decided here" in words_of(hanna.post(repair.format(stranger.id), follow=True))
    hanna.post(repair.format(missing.id))
    vendor.settle()
    assert Decimal(vendor.vendor.find(operation(first).instance.key).quantity) == 5
    assert vendor.vendor.find(operation(second).instance.key).state == "running"
    assert AuditEntry.objects.filter(action="drift_repaired").count() == 2

    hanna.post(f"{place}look/")
    work(Job.objects.filter(task="look_for_drift").order_by("-id")[0].id)
    page = words_of(hanna.get(place))
    assert "1 difference, 2 services compared" in page
    assert "Earlier comparisons" in page
    # What the first look had found is history now.
    stale = words_of(hanna.post(repair.format(stranger.id), follow=True))
    assert "There was a newer look at this vendor." in stale
    assert hanna.post(repair.format(10**6)).status_code == 404
