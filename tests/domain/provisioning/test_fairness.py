"""Turns of tenants and connectors, leases, and that a mass order delays nobody."""

from collections import Counter
from datetime import timedelta

import pytest

from entrepot.domain.provisioning.commands.connectors import add_connector, switch_connector
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.dispatch import Report, claim, record
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import Operation, VendorCall
from entrepot.domain.provisioning.results import Done, Unknown
from entrepot.domain.provisioning.rules import Pace
from tests.domain.provisioning.kit import ACTOR, CLOCK, Kit, kit, operation

PACE = Pace()
pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(db, tmp_path):
    """A vendor that nobody calls unless the test says so."""
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "secrets") as found:
        yield found


def take(most: int, *, at=None, of_tenant: int = 100, of_connector: int = 100, **busy):
    return claim(
        now=at or CLOCK.now(),
        pace=PACE,
        most=most,
        most_of_tenant=of_tenant,
        most_of_connector=of_connector,
        **busy,
    )


def test_one_tenants_mass_order_does_not_delay_anothers_single_order(vendor: Kit):
    for _ in range(300):
        vendor.order(tenant=1)
    single = vendor.order(tenant=2)

    taken = take(10)

    # The single order came last and is among the first ten: tenants take turns.
    assert single in [one.operation_id for one in taken]
    assert Counter(one.tenant_id for one in taken) == {1: 9, 2: 1}


def test_a_single_order_is_done_while_a_mass_order_is_still_under_way(vendor: Kit):
    mass = [vendor.order(tenant=1) for _ in range(400)]
    vendor.pump.round()
    single = vendor.order(tenant=2)

    for _ in range(20):
        vendor.pump.round()
        if operation(single).state is State.SUCCEEDED:
            break

    assert operation(single).state is State.SUCCEEDED
    done = Operation.objects.filter(pk__in=mass, state=State.SUCCEEDED).count()
    assert done < 300


def test_tenants_share_what_there_is_evenly(vendor: Kit):
    for tenant in (1, 2, 3):
        for _ in range(20):
            vendor.order(tenant=tenant)

    assert Counter(one.tenant_id for one in take(12)) == {1: 4, 2: 4, 3: 4}


def test_a_tenant_and_a_connector_that_have_their_share_are_passed_over(vendor: Kit):
    vendor.order(tenant=1)
    vendor.order(tenant=2)

    assert [one.tenant_id for one in take(10, busy_tenants=[1])] == [2]
    assert take(10, busy_connectors=[vendor.connector_id]) == []


def test_one_connector_gets_its_share_only(vendor: Kit):
    for tenant in range(1, 9):
        vendor.order(tenant=tenant)

    assert len(take(10, of_connector=3)) == 3


def test_what_is_claimed_is_not_claimed_twice_before_its_lease_ends(vendor: Kit):
    pk = vendor.order()
    now = CLOCK.now()

    first = take(10, at=now)
    second = take(10, at=now + timedelta(seconds=59))

    assert [one.operation_id for one in first] == [pk]
    assert second == []
    assert operation(pk).state is State.SENDING
    assert operation(pk).attempts == 1


def test_a_worker_that_died_while_sending_leaves_a_question_not_a_second_sending(vendor: Kit):
    pk = vendor.order()
    now = CLOCK.now()
    take(10, at=now)

    [again] = take(10, at=now + timedelta(seconds=61))

    assert again.purpose.value == "ask"
    assert (operation(pk).state, operation(pk).attempts) == (State.UNKNOWN, 1)


def test_the_doubts_of_a_worker_whose_lease_ran_out_change_nothing(vendor: Kit):
    pk = vendor.order()
    now = CLOCK.now()
    [late] = take(10, at=now)
    [present] = take(10, at=now + timedelta(seconds=61))
    record(reports=[Report(present, Done("V-1"), 5)], now=now, pace=PACE)

    record(reports=[Report(late, Unknown("time-out"), 60_000)], now=now, pace=PACE)

    assert operation(pk).state is State.SUCCEEDED
    # Both calls are on record.
    assert VendorCall.objects.filter(operation_id=pk).count() == 2


def test_a_success_of_a_worker_whose_lease_ran_out_counts(vendor: Kit):
    pk = vendor.order()
    now = CLOCK.now()
    [late] = take(10, at=now)
    take(10, at=now + timedelta(seconds=61))

    record(reports=[Report(late, Done("V-1"), 60_000)], now=now, pace=PACE)

    assert operation(pk).state is State.SUCCEEDED


def test_a_connector_that_rests_keeps_its_operations_waiting(vendor: Kit):
    vendor.order()
    switch_connector(
        connector_id=vendor.connector_id, is_active=False, actor=ACTOR, now=CLOCK.now()
    )
    assert take(10) == []

    switch_connector(connector_id=vendor.connector_id, is_active=True, actor=ACTOR, now=CLOCK.now())
    assert len(take(10)) == 1


def test_a_fault_of_a_subscriber_holds_back_its_own_operation_only(vendor: Kit, monkeypatch):
    from entrepot.domain.provisioning import moves
    from entrepot.domain.provisioning.events import ProvisioningDone
    from entrepot.kernel.events import Bus

    bad, good = vendor.order(cause="bad"), vendor.order(cause="good", tenant=42)
    bus = Bus()

    def refuse(event: ProvisioningDone) -> None:
        if event.cause == "bad":
            raise ValueError("a subscriber has a fault")

    bus.subscribe(ProvisioningDone, refuse)
    monkeypatch.setattr(moves, "bus", bus)
    claimed = take(10)

    written = record(
        reports=[Report(one, Done(), 1) for one in claimed], now=CLOCK.now(), pace=PACE
    )

    assert written == 1
    assert operation(good).state is State.SUCCEEDED
    assert operation(bad).state is State.SENDING
    assert operation(bad).due_at is not None


def test_connectors_of_the_inside_have_to_be_named_by_the_operator(db, tmp_path):
    from entrepot.domain.provisioning.errors import ProvisioningInput

    with pytest.raises(ProvisioningInput) as refusal:
        add_connector(
            name="inside",
            kind=ConnectorKind.SIGNED_HTTP,
            base_url="http://10.0.0.5:8080/",
            surroundings=Surroundings(tmp_path),
            actor=ACTOR,
            now=CLOCK.now(),
        )
    assert refusal.value.code == "connector_address_unusable"
