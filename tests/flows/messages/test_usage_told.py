"""From a vendor's numbers to the mail that people read: much of what is included is used."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from entrepot.domain.catalog.models import Resource
from entrepot.domain.notifications.commands import set_recipient
from entrepot.domain.notifications.kinds import MessageKind, Topic
from entrepot.domain.notifications.models import Message
from entrepot.domain.parties.models import Account
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.flows.vendor_usage import TASK, do_fetch
from entrepot.infra.tasks.models import Job
from entrepot.infra.tasks.queue import RunningJob
from tests.domain.provisioning.kit import Kit, kit
from tests.domain.resale.shop import START, Shop, shop
from tests.support.mailbox import html_of, mail_server, send, tell, text_of
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within


@pytest.fixture
def vendor(db: None, tmp_path: Path, settings: Any) -> Iterator[Kit]:
    """A vendor on a real port that measures 1,000 requests a day."""
    settings.DATA = tmp_path
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "connectors") as found:
        settings.INSIDE_VENDORS = found.surroundings.inside
        yield found


@pytest.fixture
def store(vendor: Kit) -> Shop:
    """The shop, with a vendor that calls its storage "requests"; Cleo reads German."""
    made = shop()
    Resource.objects.filter(pk=made.storage).update(
        mpn="requests", unit={"en": "GB", "de": "GB"}, name="Transfer <b>"
    )
    Account.objects.filter(pk=made.people.cleo.account_id).update(
        language="de", email="office@cleo.example"
    )
    return made


def _fetch(vendor: Kit, *, day: int) -> int:
    """Do what a worker does with the task; return how many were told. The vendor measures on the first day asked."""
    job = Job.objects.create(task=TASK, label="usage", created_at=NOW)
    done = do_fetch(
        RunningJob(job.id, 1, None, None, NOW, lambda: False),
        connector_id=vendor.connector_id,
        first_day=(START + timedelta(days=day)).isoformat(),
        until=(START + timedelta(days=day + 1)).isoformat(),
    )
    return int(done["told"])


def test_a_vendors_numbers_are_told_once_in_the_sellers_name_to_all_who_asked(
    vendor: Kit, store: Shop, settings: Any
):
    cleo = store.people.cleo.account_id
    for address, topics in (
        ("ops@cleo.example", [Topic.RESOURCE_USAGE]),
        ("books@cleo.example", [Topic.INVOICES]),
    ):
        set_recipient(account_id=cleo, address=address, topics=topics, actor=SETUP, now=NOW)
    mine = store.subscribe("1")
    SubscriptionItem.objects.filter(subscription_id=mine, resource_id=store.storage).update(
        included=Decimal(1250), quantity=1
    )
    run_within(day=START, now=NOW)
    vendor.subscriptions = iter([mine])
    vendor.order()
    vendor.settle()
    Message.objects.all().delete()

    with mail_server(settings) as server:
        tell(now=NOW)
        send(now=NOW)
        server.mails.clear()
        # The same numbers again, as the tasks of the next six days bring them: nothing is told.
        for day, told in ((0, 1), (0, 0), (1, 1), (1, 0)):
            assert _fetch(vendor, day=day) == told
        tell(now=NOW)
        tell(now=NOW)
        send(now=NOW)

    assert sorted(server.told) == [
        ("office@cleo.example", "Mail Basic: 100\N{NO-BREAK SPACE}% verbraucht (Transfer <b>)"),
        ("office@cleo.example", "Mail Basic: 80\N{NO-BREAK SPACE}% verbraucht (Transfer <b>)"),
        ("ops@cleo.example", "Mail Basic: 100\N{NO-BREAK SPACE}% verbraucht (Transfer <b>)"),
        ("ops@cleo.example", "Mail Basic: 80\N{NO-BREAK SPACE}% verbraucht (Transfer <b>)"),
    ]
    first = next(mail for mail in server.mails if ": 80" in str(mail["Subject"]))
    assert first["From"] == "Sven Cloud <no-reply@harbor.example>"
    assert "Transfer <b>: 1.000\N{NO-BREAK SPACE}GB von 1.250\N{NO-BREAK SPACE}GB" in text_of(first)
    assert f"http://sven.localhost/customer/subscriptions/{mine}/" in text_of(first)
    assert "Transfer &lt;b&gt;" in html_of(first)
    log = Message.objects.filter(kind=MessageKind.UNITS_USED)
    assert log.filter(is_copy=True).count() == 2
    assert set(log.values_list("state", flat=True)) == {"sent"}
