"""Differences between a vendor and us, planted one by one and found."""

from collections.abc import Iterator

import pytest

from entrepot.domain.provisioning.commands.repairs import repair
from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.drift import Difference, DriftKind, DriftReport, report_drift
from entrepot.domain.provisioning.errors import NoSuchOperation, ProvisioningRefused
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.models import ServiceInstance
from entrepot.infra.audit.models import AuditEntry
from entrepot.ops.vendor_simulator.vendor import Thing
from tests.domain.provisioning.kit import ACTOR, CLOCK, Kit, kit, operation

BOTH = [ConnectorKind.SERVICE_BROKER, ConnectorKind.SIGNED_HTTP]
pytestmark = pytest.mark.django_db


@pytest.fixture(params=BOTH, ids=lambda kind: kind.value)
def vendor(request, db, tmp_path) -> Iterator[Kit]:
    with kit(request.param, tmp_path) as found:
        yield found


def look(vendor: Kit) -> DriftReport:
    return report_drift(
        connector_id=vendor.connector_id, surroundings=vendor.surroundings, clock=CLOCK
    )


def kinds(report: DriftReport) -> list[str]:
    return sorted(one.kind.value for one in report.differences)


def three(vendor: Kit) -> list[Thing]:
    """Order three services; return what the vendor has, in their order."""
    pks = [vendor.order() for _ in range(3)]
    vendor.settle()
    things = [vendor.vendor.find(operation(pk).instance.key) for pk in pks]
    return [thing for thing in things if thing is not None]


def test_after_orders_changes_and_cancellations_there_is_no_difference(vendor: Kit):
    pks = [vendor.order() for _ in range(3)]
    vendor.settle()
    first, second = (operation(pk).instance_id for pk in pks[:2])
    vendor.ask(first, Action.CHANGE, "more", vendor.wanted("9"))
    vendor.ask(second, Action.CANCEL, "none")
    vendor.settle()

    report = look(vendor)

    assert report.differences == ()
    assert report.compared == 3
    assert report.found_unknown is (vendor.kind is ConnectorKind.SIGNED_HTTP)


def test_a_service_that_the_vendor_lost_is_missing(vendor: Kit):
    things = three(vendor)
    things[0].state = "removed"

    [difference] = look(vendor).differences

    assert (difference.kind.value, difference.instance_key) == (
        "missing_at_vendor",
        things[0].instance,
    )
    assert difference.subscription_id == 1


def test_other_units_are_a_difference(vendor: Kit):
    things = three(vendor)
    if vendor.kind is ConnectorKind.SERVICE_BROKER:
        things[1].parameters = {"seats": 6}
    else:
        things[1].quantity = "6"

    [difference] = look(vendor).differences

    is_broker = vendor.kind is ConnectorKind.SERVICE_BROKER
    assert difference.kind.value == ("parameters" if is_broker else "quantity")
    assert (difference.ours, difference.theirs) == (
        ("seats=5", "seats=6") if is_broker else ("5", "6")
    )


def test_another_product_is_a_difference(vendor: Kit):
    things = three(vendor)
    name = "plan_id" if vendor.kind is ConnectorKind.SERVICE_BROKER else "sku"
    things[2].product = {**things[2].product, name: "other"}

    assert kinds(look(vendor)) == ["product"]


def test_what_only_the_vendor_knows_is_found_where_it_can_list(vendor: Kit):
    three(vendor)
    stranger = Thing("stranger", "V-99", "running", {"sku": "MAIL"}, "1", {})
    vendor.vendor.things["stranger"] = [stranger]

    report = look(vendor)

    can_list = vendor.kind is ConnectorKind.SIGNED_HTTP
    assert kinds(report) == (["unknown_to_us"] if can_list else [])


def test_a_suspended_service_that_runs_is_a_difference_where_the_vendor_tells(vendor: Kit):
    things = three(vendor)
    things[0].state = "suspended"

    can_tell = vendor.kind is ConnectorKind.SIGNED_HTTP
    assert kinds(look(vendor)) == (["state"] if can_tell else [])


def test_services_with_an_open_operation_are_left_alone(vendor: Kit):
    pk = vendor.order()
    vendor.settle()
    vendor.ask(operation(pk).instance_id, Action.CHANGE, "more", vendor.wanted("9"))

    report = look(vendor)

    assert (report.compared, report.in_motion, report.differences) == (0, 1, ())


def test_more_services_than_a_page_of_the_list_are_compared(vendor: Kit):
    three(vendor)
    for number in range(1_001):
        name = f"stranger-{number:04d}"
        vendor.vendor.things[name] = [Thing(name, "V", "running", {}, "1", {})]

    report = look(vendor)

    can_list = vendor.kind is ConnectorKind.SIGNED_HTTP
    assert len(report.differences) == (1_001 if can_list else 0)


def test_a_broker_that_does_not_answer_is_a_finding_not_a_difference(db, tmp_path):
    with kit(ConnectorKind.SERVICE_BROKER, tmp_path) as vendor:
        vendor.order()
        vendor.settle()
        vendor.simulator.simulator.settings.password = "another"

        assert kinds(look(vendor)) == ["not_answered"]


@pytest.mark.parametrize("planted", ["lost", "units", "product", "alive"])
def test_one_act_repairs_a_difference(vendor: Kit, planted: str):
    things = three(vendor)
    is_broker = vendor.kind is ConnectorKind.SERVICE_BROKER
    match planted:
        case "lost":
            things[0].state = "removed"
        case "units" if is_broker:
            things[0].parameters = {"seats": 7}
        case "units":
            things[0].quantity = "7"
        case "product":
            things[0].product = {**things[0].product, "plan_id" if is_broker else "sku": "x"}
        case "alive":
            pk = ServiceInstance.objects.get(key=things[0].instance).id
            vendor.ask(pk, Action.CANCEL, "cancelled")
            vendor.settle()
            things[0].state = "running"
    [difference] = look(vendor).differences

    repair(difference=difference, actor=ACTOR, now=CLOCK.now())
    vendor.settle()

    assert look(vendor).differences == ()
    assert len(vendor.vendor.live()) == (2 if planted == "alive" else 3)
    assert AuditEntry.objects.filter(action="drift_repaired").count() == 1


@pytest.mark.parametrize(("theirs", "action"), [("running", "suspend"), ("suspended", "resume")])
def test_a_state_is_repaired_in_both_directions(db, tmp_path, theirs: str, action: str):
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path) as vendor:
        [thing, *_] = three(vendor)
        pk = ServiceInstance.objects.get(key=thing.instance).id
        if theirs == "running":
            vendor.ask(pk, Action.SUSPEND, "hold")
            vendor.settle()
        thing.state = theirs
        [difference] = look(vendor).differences

        done = repair(difference=difference, actor=ACTOR, now=CLOCK.now())
        vendor.settle()

        assert operation(done).action.value == action
        assert look(vendor).differences == ()


def test_what_nobody_here_knows_is_not_repaired(vendor: Kit):
    difference = Difference(DriftKind.UNKNOWN_TO_US, "stranger", "", "V-99")

    with pytest.raises(ProvisioningRefused) as refusal:
        repair(difference=difference, actor=ACTOR, now=CLOCK.now())
    assert refusal.value.code == "drift_not_repairable"


def test_an_unknown_connector_is_refused(db, tmp_path):
    with pytest.raises(NoSuchOperation):
        report_drift(connector_id=999, surroundings=Surroundings(tmp_path), clock=CLOCK)
