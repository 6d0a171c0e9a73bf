"""What every connector has to stand, over real sockets: one effect per operation, whatever the vendor does."""

import asyncio
from collections.abc import Iterator

import pytest

from entrepot.domain.provisioning.commands.people import resubmit, withdraw
from entrepot.domain.provisioning.kinds import Action, ConnectorKind, FollowUpKind, InstanceState
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import Callback, FollowUp, Operation, VendorCall
from entrepot.ops.vendor_simulator.faults import Fault
from tests.domain.provisioning.kit import ACTOR, CLOCK, Kit, kit, operation

BOTH = [ConnectorKind.SERVICE_BROKER, ConnectorKind.SIGNED_HTTP]


@pytest.fixture(params=BOTH, ids=lambda kind: kind.value)
def vendor(request, db, tmp_path) -> Iterator[Kit]:
    """A vendor that answers at once."""
    with kit(request.param, tmp_path / "secrets") as found:
        yield found


@pytest.fixture(params=BOTH, ids=lambda kind: kind.value)
def slow_vendor(request, db, tmp_path) -> Iterator[Kit]:
    """A vendor that accepts first and works for 150 ms."""
    with kit(request.param, tmp_path / "secrets", work_seconds=0.15) as found:
        yield found


def purposes(pk: int) -> list[str]:
    calls = VendorCall.objects.filter(operation_id=pk).order_by("id")
    return [call.purpose.value for call in calls]


def test_a_service_is_created_changed_and_cancelled(vendor: Kit):
    created = vendor.order()
    vendor.settle()

    instance = operation(created).instance
    assert operation(created).state is State.SUCCEEDED
    assert (instance.state, instance.quantity) == (InstanceState.RUNNING, 5)
    assert purposes(created) == ["send"]

    changed = vendor.ask(instance.id, Action.CHANGE, "more seats", vendor.wanted("8"))
    vendor.settle()
    assert operation(changed).state is State.SUCCEEDED
    assert operation(changed).instance.quantity == 8

    cancelled = vendor.ask(instance.id, Action.CANCEL, "no more seats")
    vendor.settle()
    assert operation(cancelled).instance.state is InstanceState.REMOVED
    assert vendor.vendor.live() == []
    assert len(vendor.vendor.effects) == 3


def test_a_duplicate_request_of_one_cause_makes_one_call(vendor: Kit):
    first = vendor.order(cause="order-1-line-1")
    instance = operation(first).instance_id

    again = vendor.ask(instance, Action.CREATE, "order-1-line-1")
    vendor.settle()

    assert again == first
    assert Operation.objects.count() == 1
    assert sum(vendor.vendor.effects.values()) == 1


def test_a_duplicate_call_has_one_effect(vendor: Kit):
    pk = vendor.order()
    vendor.settle()
    # The worker died before it wrote the answer: the row is as it was when the call left.
    Operation.objects.filter(pk=pk).update(state=State.SENDING, due_at=CLOCK.now(), settled_at=None)

    vendor.settle()

    assert operation(pk).state is State.SUCCEEDED
    assert purposes(pk) == ["send", "ask"]
    assert len(vendor.vendor.live()) == 1
    assert vendor.vendor.doubles() == []


def test_a_late_success_is_found_by_polling(slow_vendor: Kit):
    slow_vendor.expect(Fault.LATE)
    pk = slow_vendor.order()

    slow_vendor.settle(callbacks=False)

    # 150 ms of work and 300 ms late.
    assert operation(pk).state is State.SUCCEEDED
    assert purposes(pk)[0] == "send"
    assert set(purposes(pk)[1:]) == {"poll"}
    assert len(slow_vendor.vendor.live()) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault.TIMEOUT_AFTER, Fault.ERROR_AFTER, Fault.HTML, Fault.EMPTY, Fault.DRIP],
)
def test_a_success_without_a_usable_answer_is_asked_about_and_not_repeated(
    vendor: Kit, fault: Fault
):
    vendor.expect(fault)
    pk = vendor.order()

    vendor.settle(callbacks=False)

    assert operation(pk).state is State.SUCCEEDED
    assert purposes(pk) == ["send", "ask"]
    assert operation(pk).attempts == 1
    assert len(vendor.vendor.live()) == 1


def test_a_request_that_the_vendor_never_saw_is_sent_again_after_asking(vendor: Kit):
    vendor.expect(Fault.TIMEOUT_BEFORE)
    pk = vendor.order()

    vendor.settle(callbacks=False)

    assert operation(pk).state is State.SUCCEEDED
    assert purposes(pk) == ["send", "ask", "send"]
    assert len(vendor.vendor.live()) == 1


def test_an_operation_that_the_vendor_forgot_is_sent_again(slow_vendor: Kit):
    slow_vendor.expect(Fault.FORGET)
    pk = slow_vendor.order()

    slow_vendor.settle(callbacks=False)

    assert operation(pk).state is State.SUCCEEDED
    assert operation(pk).attempts == 2
    assert purposes(pk)[:3] == ["send", "poll", "send"]
    assert len(slow_vendor.vendor.live()) == 1


def test_a_busy_vendor_is_asked_again_later_under_the_same_key(vendor: Kit):
    vendor.expect(Fault.BUSY, Fault.BUSY)
    pk = vendor.order()

    vendor.settle()

    calls = VendorCall.objects.filter(operation_id=pk).order_by("id")
    assert [call.outcome for call in calls] == ["refused", "refused", "done"]
    assert {call.key for call in calls} == {operation(pk).key}


def test_a_failure_is_parked_and_resubmitted_by_a_person(slow_vendor: Kit):
    slow_vendor.expect(Fault.FAIL)
    pk = slow_vendor.order()
    slow_vendor.settle()
    parked = operation(pk)
    assert (parked.state, parked.error_class) == (State.PARKED, "vendor_failed")
    assert parked.error == "The vendor ran out of capacity."

    resubmit(operation_id=pk, actor=ACTOR, now=CLOCK.now())
    slow_vendor.settle()

    assert operation(pk).state is State.SUCCEEDED
    assert operation(pk).key != parked.key
    assert operation(pk).round == 2
    assert len(slow_vendor.vendor.live()) == 1


def test_a_success_for_a_cancelled_operation_opens_a_follow_up(slow_vendor: Kit):
    pk = slow_vendor.order()
    # It is at the vendor now, or on its way.
    slow_vendor.pump.round()
    state = withdraw(
        operation_id=pk, reason="The customer changed his mind", actor=ACTOR, now=CLOCK.now()
    )
    assert state is State.WITHDRAWN

    slow_vendor.settle()
    slow_vendor.late_post()

    assert operation(pk).state is State.CANCELLED
    kinds = FollowUp.objects.filter(operation_id=pk).values_list("kind", flat=True)
    assert list(kinds) == [FollowUpKind.DELIVERED_AFTER_CANCEL]
    # The service is there, and we know it: a repair is an ordinary cancellation.
    assert operation(pk).instance.state is InstanceState.RUNNING


def test_a_cancelled_operation_that_never_arrived_leaves_nothing(vendor: Kit):
    pk = vendor.order()

    state = withdraw(operation_id=pk, reason="Ordered twice", actor=ACTOR, now=CLOCK.now())
    vendor.settle()

    assert state is State.CANCELLED
    assert purposes(pk) == []
    assert vendor.vendor.live() == []
    assert not FollowUp.objects.exists()


def test_calls_of_one_operation_all_carry_its_key_and_intent_precedes_them(vendor: Kit):
    vendor.expect(Fault.TIMEOUT_AFTER, Fault.NONE)
    pk = vendor.order()
    intended = operation(pk)
    assert (intended.state, purposes(pk)) == (State.INTENT, [])

    vendor.settle(callbacks=False)

    keys = set(VendorCall.objects.filter(operation_id=pk).values_list("key", flat=True))
    assert keys == {intended.key}


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.ERROR_AFTER, Fault.HTML, Fault.DRIP])
def test_even_a_vendor_that_recognises_no_repetition_ends_up_with_one_service(
    db, tmp_path, fault: Fault
):
    # Only asking before sending again protects us here.
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "secrets", careless=True) as careless:
        careless.expect(fault)
        pk = careless.order()

        careless.settle(callbacks=False)

        assert operation(pk).state is State.SUCCEEDED
        assert len(careless.vendor.live()) == 1
        assert careless.vendor.doubles() == []


class TestCallbacks:
    """Only the signed connector is called back."""

    @pytest.fixture
    def calling(self, db, tmp_path) -> Iterator[Kit]:
        with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "secrets", poll_after=30.0) as found:
            yield found

    @pytest.fixture
    def calling_later(self, db, tmp_path) -> Iterator[Kit]:
        changes = {"work_seconds": 0.15, "poll_after": 30.0}
        with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "secrets", **changes) as found:
            yield found

    def test_a_call_back_finishes_an_operation_without_polling(self, calling_later: Kit):
        pk = calling_later.order()

        calling_later.settle()

        assert operation(pk).state is State.SUCCEEDED
        assert purposes(pk) == ["send"]
        assert operation(pk).instance.vendor_id == "V-000001"

    def test_a_call_back_before_the_response_counts_and_the_old_one_is_ignored(self, calling: Kit):
        calling.expect(Fault.OUT_OF_ORDER)
        pk = calling.order()

        calling.settle()
        calling.late_post()

        assert operation(pk).state is State.SUCCEEDED
        notes = Callback.objects.order_by("id").values_list("state", "note")
        assert [str(state) for state, _ in notes][-1] == "ignored"
        assert notes[len(notes) - 1][1] == "accepted while succeeded"

    def test_a_call_back_that_comes_twice_counts_once(self, calling_later: Kit):
        calling_later.expect(Fault.TWICE)
        pk = calling_later.order()

        calling_later.settle()
        calling_later.late_post()

        # Three messages came: the same one twice, and its content once more under another id.
        assert Callback.objects.count() == 2
        states = Callback.objects.order_by("id").values_list("state", flat=True)
        assert sorted(str(state) for state in states) == ["applied", "ignored"]
        assert operation(pk).state is State.SUCCEEDED

    def test_a_call_back_may_overtake_the_transaction_that_made_its_operation(
        self, calling_later: Kit
    ):
        pk = calling_later.order()
        key = operation(pk).key
        Operation.objects.filter(pk=pk).update(key="op-not-visible-yet", due_at=None)
        loop = calling_later.simulator.simulator
        asyncio.run_coroutine_threadsafe(
            loop.call_back("msg-early", {"operation": key, "status": "succeeded"}),
            calling_later.simulator._loop,
        ).result(timeout=5)
        calling_later.deliver()
        calling_later.pump.round()
        assert Callback.objects.get().state.value == "stored"

        Operation.objects.filter(pk=pk).update(key=key, due_at=CLOCK.now())
        Callback.objects.update(due_at=CLOCK.now())
        calling_later.settle()

        assert Callback.objects.get(message_id="msg-early").state.value == "applied"
        assert operation(pk).state is State.SUCCEEDED
