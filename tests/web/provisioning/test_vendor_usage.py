"""What a vendor measured becomes metered usage: over real HTTP, after a billed day and from a button."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from entrepot.domain.billing.events import DayCompleted
from entrepot.domain.catalog.models import Resource
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Connector
from entrepot.domain.seats.queries import shelf_of
from entrepot.domain.usage.models import MeteredUsage
from entrepot.flows.vendor_usage import TASK, VendorUsageRefused, do_fetch, fetch_after_day
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job
from entrepot.infra.tasks.queue import RunningJob
from tests.domain.provisioning.kit import Kit, kit, operation
from tests.domain.resale.shop import START, Shop, shop
from tests.support.runs import run_within
from tests.web.provisioning.conftest import NOW

pytestmark = pytest.mark.django_db
SPAN = {"first_day": START.isoformat(), "until": (START + timedelta(days=1)).isoformat()}


@pytest.fixture
def vendor(db: None, tmp_path: Path, settings: Any) -> Iterator[Kit]:
    """A vendor on a real port that our surroundings know."""
    settings.DATA = tmp_path
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "connectors") as found:
        settings.INSIDE_VENDORS = found.surroundings.inside
        yield found


@pytest.fixture
def store(db: None) -> Shop:
    """The shop, whose storage the vendor calls "requests"."""
    made = shop()
    Resource.objects.filter(pk=made.storage).update(mpn="requests")
    return made


def fetch(vendor: Kit) -> dict[str, Any]:
    """Do what a worker does with the task."""
    job = Job.objects.create(task=TASK, label="usage", created_at=NOW)
    running = RunningJob(job.id, 1, None, None, NOW, lambda: False)
    return dict(do_fetch(running, connector_id=vendor.connector_id, **SPAN))


def test_measured_units_are_taken_over_once_and_what_is_unknown_is_named(vendor: Kit, store: Shop):
    mine = store.subscribe("2")
    run_within(day=START, now=NOW)
    vendor.subscriptions = iter([mine, 4711])
    vendor.order()
    stranger = operation(vendor.order()).instance.key
    vendor.settle()

    found = fetch(vendor)

    assert (found["taken"], found["closed"]) == (1, 0)
    assert list(found["left"]) == [f"{stranger} requests"]
    assert found["refused"] == 1
    assert found["left"][f"{stranger} requests"]["code"] == "vendor_usage_unknown"
    [row] = MeteredUsage.objects.all()
    assert (row.on_day, row.quantity) == (START, Decimal(1000))
    fetch(vendor)
    assert MeteredUsage.objects.count() == 1
    assert AuditEntry.objects.filter(action="usage_metered").count() == 1


def test_a_vendor_that_answers_something_else_is_named_and_nothing_is_taken(
    vendor: Kit, store: Shop
):
    store.subscribe("2")
    # The other contract's place does not know this question.
    Connector.objects.update(base_url=f"http://{vendor.simulator.address}/broker")

    with pytest.raises(VendorUsageRefused, match="did not say what was used"):
        fetch(vendor)

    assert not MeteredUsage.objects.exists()


def test_a_button_and_a_billed_day_ask_each_vendor_that_measures_once(
    vendor: Kit, store: Shop, at: Callable[..., Client]
):
    hanna = at(store.people.harbor)
    place = f"/provider/provisioning/connectors/{vendor.connector_id}/"
    assert "Take over its usage" in hanna.get(place).content.decode()
    answer = hanna.post(f"{place}usage/", follow=True)
    assert "A task takes over" in answer.content.decode()
    assert AuditEntry.objects.filter(action="usage_fetch_started").count() == 1
    # One that waits does for the day, too.
    fetch_after_day(DayCompleted(START, NOW))

    [job] = Job.objects.filter(task=TASK)
    first, until = (date.fromisoformat(job.arguments[name]) for name in ("first_day", "until"))
    assert (job.arguments["connector_id"], until - first) == (
        vendor.connector_id,
        timedelta(days=7),
    )


def test_units_that_are_bought_and_in_use_are_shown_and_bill_nothing(vendor: Kit, store: Shop):
    Resource.objects.filter(pk=store.storage).update(mpn="")
    Resource.objects.filter(pk=store.seat).update(mpn="requests")
    mine = store.subscribe("2000")
    run_within(day=START, now=NOW)
    vendor.subscriptions = iter([mine])
    vendor.order()
    vendor.settle()

    assert fetch(vendor)["taken"] == 1
    assert fetch(vendor)["taken"] == 1

    assert not MeteredUsage.objects.exists()
    cleo = store.people.cleo
    (row,) = [
        one
        for one in shelf_of(cleo.viewer(now=NOW), account_id=cleo.account_id)
        if one.resource_id == store.seat
    ]
    assert (row.bought, row.given, row.used, row.used_on) == (2000, 0, 1000, START)
