"""What people do: the manual queue, corrections, withdrawals, follow-ups, and what is refused."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.operations import (
    Request,
    open_instance,
    request_operation,
    request_operations,
)
from entrepot.domain.provisioning.commands.people import (
    close_follow_up,
    mark_done,
    mark_failed,
    resubmit,
    withdraw,
)
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.errors import (
    NoSuchOperation,
    ProvisioningConflict,
    ProvisioningInput,
    ProvisioningRefused,
)
from entrepot.domain.provisioning.events import (
    ProvisioningDone,
    ProvisioningEnded,
    ProvisioningParked,
)
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, FollowUpKind, InstanceState
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import FollowUp, Operation
from entrepot.domain.provisioning.results import Wanted
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.errors import DomainError
from entrepot.kernel.events import Bus
from tests.domain.provisioning.kit import ACTOR, CLOCK, Kit, kit, operation

BY_ME = {"actor": ACTOR, "now": CLOCK.now()}
pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch) -> list[object]:
    from entrepot.domain.provisioning import moves

    events: list[object] = []
    bus = Bus()
    for kind in (ProvisioningDone, ProvisioningEnded, ProvisioningParked):
        bus.subscribe(kind, events.append)
    monkeypatch.setattr(moves, "bus", bus)
    return events


@pytest.fixture
def queue(db, tmp_path) -> int:
    return add_connector(
        name="by-hand", kind=ConnectorKind.MANUAL, surroundings=Surroundings(tmp_path), **BY_ME
    )


@pytest.fixture
def vendor(db, tmp_path) -> Iterator[Kit]:
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path) as found:
        yield found


def by_hand(queue: int, cause: str = "order-1") -> int:
    instance = open_instance(tenant_id=3, connector_id=queue, subscription_id=9, now=CLOCK.now())
    request = Request(3, instance, Action.CREATE, cause, Wanted({"sku": "X"}, Decimal(2)))
    return request_operation(request=request, **BY_ME)


def refused(code: str, act, **facts) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        act(**facts, **BY_ME)
    assert refusal.value.code == code
    return refusal.value


def test_the_manual_queue_waits_for_a_person_and_occupies_no_worker(queue: int, heard):
    pk = by_hand(queue)
    assert (operation(pk).state, operation(pk).due_at) == (State.PENDING, None)

    mark_done(operation_id=pk, comment="Set up by phone", vendor_id="T-5", **BY_ME)

    assert operation(pk).state is State.SUCCEEDED
    assert operation(pk).instance.vendor_id == "T-5"
    assert operation(pk).instance.quantity == 2
    assert [(type(one), one.cause) for one in heard] == [(ProvisioningDone, "order-1")]
    assert AuditEntry.objects.get(action="operation_done_by_hand").reason == "Set up by phone"


def test_a_failure_by_hand_is_parked_first_and_final_when_said_again(queue: int, heard):
    pk = by_hand(queue)

    assert mark_failed(operation_id=pk, comment="No stock", **BY_ME) is State.PARKED
    assert operation(pk).error == "No stock"
    assert mark_failed(operation_id=pk, comment="Never again", **BY_ME) is State.FAILED

    assert [type(one) for one in heard] == [ProvisioningParked, ProvisioningEnded]
    refused("operation_over", mark_done, operation_id=pk, comment="Still")


def test_a_wrong_parameter_is_corrected_and_resubmitted(vendor: Kit, heard):
    vendor.product = {"sku": "MAIL", "needs": "domain"}
    pk = vendor.order(wanted=vendor.wanted("5", domain=""))
    vendor.settle()
    assert operation(pk).state is State.PARKED
    assert operation(pk).error == "The parameter domain is missing."

    resubmit(operation_id=pk, parameters={"domain": "cleo.example"}, **BY_ME)
    vendor.settle()

    assert operation(pk).state is State.SUCCEEDED
    assert operation(pk).instance.parameters == {"domain": "cleo.example"}
    assert [type(one) for one in heard] == [ProvisioningParked, ProvisioningDone]
    entry = AuditEntry.objects.get(action="operation_resubmitted")
    assert entry.after == {"parameters": {"domain": "cleo.example"}, "round": 2}
    assert len(vendor.vendor.live()) == 1


def test_while_the_effect_is_unknown_nothing_can_be_corrected_and_the_vendor_is_asked_first(
    vendor: Kit,
):
    pk = vendor.order()
    key = operation(pk).key
    Operation.objects.filter(pk=pk).update(state=State.PARKED, is_effect_known=False, due_at=None)

    refused("operation_effect_unknown", resubmit, operation_id=pk, parameters={"domain": "x"})
    resubmit(operation_id=pk, **BY_ME)

    assert (operation(pk).state, operation(pk).key) == (State.UNKNOWN, key)
    vendor.settle()
    assert operation(pk).state is State.SUCCEEDED
    assert len(vendor.vendor.live()) == 1


def test_what_is_not_parked_cannot_be_resubmitted_or_ended_by_hand(vendor: Kit):
    pk = vendor.order()

    refused("operation_not_parked", resubmit, operation_id=pk)
    refused("operation_not_by_hand", mark_done, operation_id=pk, comment="Done")
    refused("provisioning_comment_missing", mark_failed, operation_id=pk, comment=" ")
    refused("provisioning_comment_missing", withdraw, operation_id=pk, reason="")
    refused("provisioning_object_missing", withdraw, operation_id=pk + 99, reason="No")


def test_a_finished_operation_cannot_be_withdrawn(vendor: Kit):
    pk = vendor.order()
    vendor.settle()

    refused("operation_over", withdraw, operation_id=pk, reason="Too late")


def test_one_service_has_one_open_operation(vendor: Kit):
    pk = vendor.order()
    instance = operation(pk).instance_id

    with pytest.raises(ProvisioningRefused) as refusal:
        vendor.ask(instance, Action.CREATE, "another cause")
    assert refusal.value.code == "operation_open"


def test_a_cause_that_is_used_again_for_something_else_is_refused(vendor: Kit):
    pk = vendor.order(cause="order-7")

    with pytest.raises(ProvisioningConflict):
        vendor.ask(operation(pk).instance_id, Action.CREATE, "order-7", vendor.wanted("6"))


def test_what_a_service_cannot_take_is_refused(vendor: Kit):
    instance = open_instance(
        tenant_id=3, connector_id=vendor.connector_id, subscription_id=9, now=CLOCK.now()
    )
    for action in (Action.CHANGE, Action.SUSPEND, Action.RESUME, Action.CANCEL):
        with pytest.raises(ProvisioningRefused) as refusal:
            vendor.ask(instance, action, f"too early {action}", tenant=3)
        assert refusal.value.code == "instance_not_there"
    with pytest.raises(ProvisioningInput):
        vendor.ask(instance, Action.CREATE, "negative", vendor.wanted("-1"), tenant=3)
    big = vendor.wanted("1", text="x" * 40_000)
    with pytest.raises(ProvisioningInput):
        vendor.ask(instance, Action.CREATE, "big", big, tenant=3)
    with pytest.raises(NoSuchOperation):
        vendor.ask(instance, Action.CREATE, "of another tenant", tenant=4)
    assert not Operation.objects.exists()


def test_of_several_requests_none_is_written_when_one_is_refused(vendor: Kit):
    instances = [
        open_instance(
            tenant_id=3, connector_id=vendor.connector_id, subscription_id=n, now=CLOCK.now()
        )
        for n in range(3)
    ]
    actions = [Action.CREATE, Action.CREATE, Action.SUSPEND]
    requests = [
        Request(3, pk, action, f"mass-{pk}", vendor.wanted())
        for pk, action in zip(instances, actions, strict=True)
    ]

    with pytest.raises(ProvisioningRefused):
        request_operations(requests=requests, **BY_ME)

    assert not Operation.objects.exists()


def test_suspending_and_resuming_keeps_the_service(vendor: Kit):
    pk = vendor.order()
    vendor.settle()
    instance = operation(pk).instance_id

    suspended = vendor.ask(instance, Action.SUSPEND, "hold")
    vendor.settle()
    assert operation(suspended).instance.state is InstanceState.SUSPENDED
    resumed = vendor.ask(instance, Action.RESUME, "release")
    vendor.settle()

    assert operation(resumed).instance.state is InstanceState.RUNNING
    assert operation(resumed).instance.quantity == 5


def test_a_follow_up_is_closed_once_with_a_comment(vendor: Kit):
    pk = vendor.order()
    follow_up = FollowUp.objects.create(
        kind=FollowUpKind.DELIVERED_AFTER_CANCEL,
        connector_id=vendor.connector_id,
        operation_id=pk,
        text="Look",
        opened_at=CLOCK.now(),
    )

    close_follow_up(follow_up_id=follow_up.id, comment="Cancelled at the vendor", **BY_ME)

    follow_up.refresh_from_db()
    assert (follow_up.closed_by, follow_up.comment) == (ACTOR.name, "Cancelled at the vendor")
    refused("follow_up_closed", close_follow_up, follow_up_id=follow_up.id, comment="Again")


def test_a_vendor_without_secrets_parks_what_is_sent(vendor: Kit):
    (vendor.surroundings.secrets_directory / f"{vendor.name}.json").unlink()
    pk = vendor.order()

    vendor.settle()

    assert (operation(pk).state, operation(pk).error_class) == (State.PARKED, "misconfigured")
    assert "no usable secrets" in operation(pk).error


@pytest.mark.parametrize("name", ["", "Acme", "a b", "../x", "a" * 61, "-a", "ä"])
def test_names_that_no_connector_can_have(tmp_path, name: str):
    refused(
        "connector_name_unusable",
        add_connector,
        name=name,
        kind=ConnectorKind.MANUAL,
        surroundings=Surroundings(tmp_path),
    )


def test_a_name_is_given_once(queue: int, tmp_path):
    refused(
        "connector_name_taken",
        add_connector,
        name="by-hand",
        kind=ConnectorKind.MANUAL,
        surroundings=Surroundings(tmp_path),
    )
