"""The client of the Open Service Broker API 2.17: what is sent, what answers mean, when remains are cleaned up."""

import asyncio
import base64
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from entrepot.domain.provisioning.commands.connectors import take_over_catalog
from entrepot.domain.provisioning.commands.people import resubmit
from entrepot.domain.provisioning.connectors.offers import read_catalog
from entrepot.domain.provisioning.connectors.osb import ServiceBroker
from entrepot.domain.provisioning.connectors.protocol import VendorFault
from entrepot.domain.provisioning.connectors.secrets import ConnectorSecrets
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, ErrorClass, InstanceState
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import VendorCall, VendorOffer
from entrepot.domain.provisioning.results import (
    Absent,
    Accepted,
    Call,
    Done,
    Refused,
    Unknown,
    Wanted,
)
from entrepot.infra.egress import Answer, Egress, NoAnswer
from entrepot.ops.vendor_simulator.broker_routes import SERVICE_ID
from entrepot.ops.vendor_simulator.faults import Fault
from tests.domain.provisioning.kit import ACTOR, CLOCK, Kit, kit, operation

WANTED = Wanted(
    {"service_id": "svc", "plan_id": "large", "quantity_parameter": "seats"},
    Decimal("5.000000"),
    {"region": "eu"},
)
BEFORE = Wanted({"service_id": "svc", "plan_id": "small"}, Decimal(1))


class Scripted(Egress):
    """Answers from a list and keeps what was asked."""

    def __init__(self, *answers: Answer | Exception) -> None:
        super().__init__()
        self.answers, self.asked = list(answers), []

    async def request(self, method, url, *, headers, body=b"", limit=0) -> Answer:
        self.asked.append((method, url, dict(headers), json.loads(body) if body else None))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(status: int, fields: object = None, **headers: str) -> Answer:
    body = b"" if fields is None else json.dumps(fields).encode()
    return Answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, body)


def call(action: Action, *, reference: str = "", originator: int | None = 7) -> Call:
    return Call("op-1", action, "inst/1", "", WANTED, BEFORE, reference, originator, 41)


def outcome(method: str, action: Action, *answers: Answer | Exception, **facts):
    http = Scripted(*answers)
    broker = ServiceBroker(
        base_url="https://broker.example.com/base/",
        secrets=ConnectorSecrets("ann", "word"),
        http=http,
    )
    return asyncio.run(getattr(broker, method)(call(action, **facts))), http.asked


def test_a_provision_request_is_what_the_specification_says():
    found, [(method, url, headers, body)] = outcome("create", Action.CREATE, answer(201, {}))

    assert found == Done()
    assert method == "PUT"
    assert url == (
        "https://broker.example.com/base/v2/service_instances/inst%2F1?accepts_incomplete=true"
    )
    assert headers["X-Broker-API-Version"] == "2.17"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"ann:word").decode()
    platform, identity = headers["X-Broker-API-Originating-Identity"].split()
    assert (platform, json.loads(base64.b64decode(identity))) == ("entrepot", {"user_id": "7"})
    assert body == {
        "service_id": "svc",
        "plan_id": "large",
        "context": {"platform": "entrepot"},
        "organization_guid": "tenant-41",
        "space_guid": "inst/1",
        "parameters": {"region": "eu", "seats": 5},
    }


def test_a_program_sends_no_originating_identity():
    _, [(_, _, headers, _)] = outcome("create", Action.CREATE, answer(201, {}), originator=None)

    assert "X-Broker-API-Originating-Identity" not in headers


def test_an_update_names_the_plan_before_and_a_deletion_the_present_one():
    _, [(method, _, _, body)] = outcome("change", Action.CHANGE, answer(200, {}))
    _, [(_, url, _, _)] = outcome("cancel", Action.CANCEL, answer(200, {}))

    assert method == "PATCH"
    assert body["previous_values"] == {"service_id": "svc", "plan_id": "small"}
    assert url.endswith("?accepts_incomplete=true&service_id=svc&plan_id=small")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(200, {}), Done()),
        (answer(201, {"dashboard_url": "x"}), Done()),
        (answer(202, {"operation": "task 1"}, retry_after="9"), Accepted("task 1", 9.0)),
        (answer(202, {}), Accepted()),
        (
            answer(400, {"description": "No such region."}),
            Refused(ErrorClass.REJECTED, "No such region."),
        ),
        (answer(409, {"description": "Other."}), Refused(ErrorClass.CONFLICT, "Other.")),
        (answer(401, {"description": "Who?"}), Refused(ErrorClass.NOT_AUTHORISED, "Who?")),
        (answer(408, {"description": "Slow."}), Refused(ErrorClass.TEMPORARY, "Slow.")),
        (
            answer(422, {"error": "ConcurrencyError", "description": "Busy."}),
            Refused(ErrorClass.BUSY, "Busy."),
        ),
        (
            answer(422, {"error": "AsyncRequired", "description": "Async."}),
            Refused(ErrorClass.REJECTED, "Async."),
        ),
    ],
)
def test_answers_to_a_provision_request(given: Answer, expected: object):
    assert outcome("create", Action.CREATE, given)[0] == expected


@pytest.mark.parametrize(
    "given",
    [
        Answer(200, {}, b"<html>"),
        Answer(201, {}, b""),
        Answer(202, {}, b"[]"),
        answer(202, {"operation": 5}),
        answer(202, {"operation": "x" * 10_001}),
        answer(204),
        answer(302),
        answer(500, {}),
        answer(503, {}),
        NoAnswer("time-out"),
    ],
)
def test_answers_that_leave_the_effect_unknown(given: Answer | Exception):
    assert isinstance(outcome("create", Action.CREATE, given)[0], Unknown)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(200, {"state": "in progress"}, retry_after="30"), Accepted("", 30.0)),
        (answer(200, {"state": "succeeded"}), Done()),
        (
            answer(200, {"state": "failed", "description": "Quota."}),
            Refused(ErrorClass.VENDOR_FAILED, "Quota.", may_be_left=True),
        ),
        (answer(404, {}), Absent()),
    ],
)
def test_answers_to_a_poll_of_a_creation(given: Answer, expected: object):
    found, [(_, url, headers, _)] = outcome("poll", Action.CREATE, given, reference="task 1")

    assert found == expected
    assert url.endswith("/last_operation?service_id=svc&plan_id=large&operation=task+1")
    assert "X-Broker-API-Originating-Identity" not in headers


@pytest.mark.parametrize("status", [410, 500, 400])
def test_other_answers_to_a_poll_end_nothing(status: int):
    assert isinstance(outcome("poll", Action.CREATE, answer(status, {}))[0], Unknown)


def test_gone_is_done_for_a_deletion_and_a_failed_deletion_is_sent_again():
    assert outcome("cancel", Action.CANCEL, answer(410, {}))[0] == Done()
    assert outcome("poll", Action.CANCEL, answer(410, {}))[0] == Done()
    failed = outcome("poll", Action.CANCEL, answer(200, {"state": "failed"}))[0]
    assert isinstance(failed, Absent)


def test_a_lost_update_is_judged_by_the_instance_not_by_an_older_operation():
    # The last operation that succeeded is the creation; the instance shows that the update did not happen.
    old = {"service_id": "svc", "plan_id": "small", "parameters": {}}
    new = {"service_id": "svc", "plan_id": "large", "parameters": {"region": "eu", "seats": 5}}
    last = answer(200, {"state": "succeeded"})

    assert isinstance(outcome("ask", Action.CHANGE, last, answer(200, old))[0], Absent)
    assert outcome("ask", Action.CHANGE, last, answer(200, new))[0] == Done()
    assert isinstance(outcome("ask", Action.CHANGE, last, answer(404, {}))[0], Refused)


def test_a_lost_deletion_is_judged_by_the_instance():
    last = answer(200, {"state": "succeeded"})

    assert outcome("ask", Action.CANCEL, last, answer(404, {}))[0] == Done()
    there = answer(200, {"service_id": "svc"})
    assert isinstance(outcome("ask", Action.CANCEL, last, there)[0], Absent)


def test_a_catalogue_that_is_not_in_form_is_refused_as_a_whole():
    good = {"id": "s", "name": "n", "plans": [{"id": "p", "name": "q"}]}
    for broken in (
        {},
        {"services": {}},
        {"services": [5]},
        {"services": [{**good, "plans": None}]},
        {"services": [{**good, "id": ""}]},
        {"services": [{**good, "plans": [{"id": 5, "name": "q"}]}]},
        {"services": [good, good]},
    ):
        with pytest.raises(VendorFault):
            read_catalog(broken)
    assert len(read_catalog({"services": [good]})) == 1


class TestAgainstASimulatedBroker:
    @pytest.fixture
    def broker(self, db, tmp_path) -> Iterator[Kit]:
        with kit(ConnectorKind.SERVICE_BROKER, tmp_path, work_seconds=0.05) as found:
            yield found

    def catalog(self, broker: Kit):
        async def read():
            http = Egress(inside=broker.surroundings.inside)
            secrets = ConnectorSecrets("broker", "broker")
            base = f"http://{broker.simulator.address}/broker"
            client = ServiceBroker(base_url=base, secrets=secrets, http=http)
            try:
                return await client.catalog()
            finally:
                await http.close()

        return asyncio.run(read())

    def test_a_failed_creation_is_deleted_until_the_broker_confirms_then_parked(self, broker: Kit):
        broker.expect(Fault.FAIL)
        pk = broker.order()
        first_key = operation(pk).instance.key

        broker.settle()

        calls = VendorCall.objects.filter(operation_id=pk).order_by("id")
        purposes = [one.purpose.value for one in calls]
        assert purposes[0] == "send"
        assert purposes[-1] == "clean"
        assert operation(pk).state is State.PARKED
        assert operation(pk).error == "The vendor ran out of capacity."
        # The specification advises against using an instance id again.
        assert operation(pk).instance.key != first_key

        resubmit(operation_id=pk, actor=ACTOR, now=CLOCK.now())
        broker.settle()
        assert operation(pk).instance.state is InstanceState.RUNNING
        assert [one.instance for one in broker.vendor.live()] == [operation(pk).instance.key]

    def test_the_catalogue_is_taken_over_and_gone_plans_stay(self, broker: Kit):
        offers = self.catalog(broker)
        first = CLOCK.now()
        take_over_catalog(connector_id=broker.connector_id, offers=offers, actor=ACTOR, now=first)
        names = VendorOffer.objects.filter(is_offered=True).values_list("plan_name", flat=True)
        assert sorted(names) == ["large", "small"]

        take_over_catalog(
            connector_id=broker.connector_id, offers=offers[:1], actor=ACTOR, now=CLOCK.now()
        )

        assert VendorOffer.objects.count() == 2
        assert VendorOffer.objects.get(is_offered=True).plan_name == offers[0].plan_name

    def test_the_plans_own_polling_time_bounds_its_operations(self, broker: Kit):
        take_over_catalog(
            connector_id=broker.connector_id,
            offers=self.catalog(broker),
            actor=ACTOR,
            now=CLOCK.now(),
        )

        pk = broker.order()

        assert operation(pk).product["service_id"] == SERVICE_ID
        assert operation(pk).poll_seconds_max == 3600

    def test_a_broker_cannot_suspend(self, broker: Kit):
        from entrepot.domain.provisioning.errors import ProvisioningRefused

        pk = broker.order()
        broker.settle()

        with pytest.raises(ProvisioningRefused) as refusal:
            broker.ask(operation(pk).instance_id, Action.SUSPEND, "stop it")
        assert refusal.value.code == "connector_cannot"
