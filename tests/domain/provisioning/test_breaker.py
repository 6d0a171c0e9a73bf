"""A vendor that answers nothing usable is left alone, tried by one call, and used again when it answers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from entrepot.domain.provisioning.breaker import Health, after, is_failure
from entrepot.domain.provisioning.commands.connectors import switch_connector
from entrepot.domain.provisioning.dispatch import Claimed, Report, claim, record
from entrepot.domain.provisioning.kinds import ConnectorKind, ErrorClass
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import Connector, Operation
from entrepot.domain.provisioning.results import Absent, Accepted, Done, Outcome, Refused, Unknown
from entrepot.domain.provisioning.rules import Pace
from entrepot.infra.audit.models import AuditEntry
from tests.domain.provisioning.kit import ACTOR, Kit, kit, operation

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PACE = Pace(failures_max=3, rest_seconds=30, rest_seconds_max=100, lease_seconds=60)
GONE = Unknown("The vendor did not answer in time.")


def seconds(number: float) -> datetime:
    return NOW + timedelta(seconds=number)


@pytest.mark.parametrize(
    ("outcome", "fails"),
    [
        (Accepted("op-1"), False),
        (Done(), False),
        (Absent("nothing known"), False),
        (Refused(ErrorClass.REJECTED, "no such plan"), False),
        (Refused(ErrorClass.VENDOR_FAILED, "out of stock"), False),
        (Refused(ErrorClass.BUSY, "429"), True),
        (Refused(ErrorClass.UNREACHABLE, "refused"), True),
        (Refused(ErrorClass.TEMPORARY, "503"), True),
        (Refused(ErrorClass.NOT_AUTHORISED, "401"), True),
        (GONE, True),
    ],
)
def test_a_clear_answer_shows_that_a_vendor_works_even_when_it_refuses(outcome: Outcome, fails):
    assert is_failure(outcome) is fails


def test_rests_double_up_to_a_bound_and_end_with_the_first_answer():
    health = after(Health(), [(GONE, False)] * 2, now=NOW, pace=PACE)
    assert (health.failures, health.is_open) == (2, False)
    assert after(health, [(Done(), False)], now=NOW, pace=PACE) == Health()

    health = after(health, [(GONE, False)], now=NOW, pace=PACE)
    assert (health.rests, health.rests_until, health.reason) == (1, seconds(30), GONE.text)
    # What was under way when it opened fails too, and does not lengthen the rest.
    assert after(health, [(GONE, False)] * 50, now=seconds(5), pace=PACE) == health
    for begins, ends in ((30, 90), (90, 190), (190, 290)):
        # 60 seconds, then 120, which is bounded to 100.
        health = after(health, [(GONE, True)], now=seconds(begins), pace=PACE)
        assert health.rests_until == seconds(ends)
    assert (
        after(health, [(Refused(ErrorClass.REJECTED, "no"), True)], now=NOW, pace=PACE) == Health()
    )


@pytest.fixture
def vendor(db, tmp_path):
    """A vendor that nobody calls: the outcomes are those of the tests."""
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "secrets") as found:
        Operation.objects.all().delete()
        yield found


@pytest.fixture
def work(vendor: Kit) -> Callable[[datetime, Outcome], int]:
    """Claim what is due at an instant and report one outcome for all of it; return how many calls that were."""

    def at(instant: datetime, outcome: Outcome) -> int:
        reports = [Report(one, outcome, 1) for one in take(instant)]
        record(reports=reports, now=instant, pace=PACE)
        return len(reports)

    return at


def take(instant: datetime) -> list[Claimed]:
    return claim(now=instant, pace=PACE, most=100, most_of_tenant=100, most_of_connector=100)


def order(vendor: Kit, count: int, tenant: int = 41) -> list[int]:
    numbers = [vendor.order(tenant=tenant) for _ in range(count)]
    Operation.objects.filter(pk__in=numbers).update(due_at=NOW)
    return numbers


def test_an_outage_stops_the_calls_one_try_follows_and_nothing_is_parked(vendor: Kit, work):
    numbers = order(vendor, 5)
    assert work(NOW, Refused(ErrorClass.UNREACHABLE, "connection refused")) == 5
    connector = Connector.objects.get()
    assert (connector.rests, connector.rests_until) == (1, seconds(30))
    assert take(seconds(29)) == []

    # After the rest one call tries, and only one, however many workers look.
    (tried,) = take(seconds(31))
    assert tried.is_try
    assert take(seconds(32)) == []
    down = Refused(ErrorClass.UNREACHABLE, "connection refused")
    record(reports=[Report(tried, down, 1)], now=seconds(33), pace=PACE)
    # The second rest is twice as long: 33 and 60.
    assert Connector.objects.get().rests_until == seconds(93)
    assert take(seconds(92)) == []

    assert work(seconds(94), Done()) == 1
    assert Connector.objects.get().rests_until is None
    assert work(seconds(95), Done()) == 4
    assert {operation(number).state for number in numbers} == {State.SUCCEEDED}
    assert max(operation(number).attempts for number in numbers) <= 3
    acts = AuditEntry.objects.filter(object_kind="connector").order_by("id")
    assert [(one.action, one.actor_name) for one in acts][1:] == [
        ("connector_rests", "provisioning"),
        ("connector_rests", "provisioning"),
        ("connector_recovered", "provisioning"),
    ]


def test_a_worker_that_died_while_trying_gives_the_try_back(vendor: Kit, work):
    order(vendor, 3)
    work(NOW, GONE)
    assert len(take(seconds(31))) == 1
    assert take(seconds(90)) == []
    # 31 and 60 seconds of the lease.
    assert [one.is_try for one in take(seconds(92))] == [True]


def test_a_person_lets_it_work_at_once_and_another_vendor_never_waits(vendor: Kit, work, tmp_path):
    order(vendor, 3)
    work(NOW, GONE)
    with kit(ConnectorKind.SERVICE_BROKER, tmp_path / "others") as other:
        order(other, 2, tenant=42)
        assert {one.connector.id for one in take(seconds(1))} == {other.connector_id}
    switch_connector(connector_id=vendor.connector_id, is_active=True, actor=ACTOR, now=seconds(2))
    Operation.objects.filter(connector_id=vendor.connector_id).update(due_at=NOW)
    taken = [one for one in take(seconds(3)) if one.connector.id == vendor.connector_id]
    assert len(taken) == 3
    assert not any(one.is_try for one in taken)


def test_while_people_let_it_rest_nothing_tries(vendor: Kit, work):
    order(vendor, 3)
    work(NOW, GONE)
    switch_connector(connector_id=vendor.connector_id, is_active=False, actor=ACTOR, now=NOW)
    assert take(seconds(500)) == []
