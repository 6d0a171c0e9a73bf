"""Vendors learn the units of all resources that were ordered, over real HTTP: with the order, and with each change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrepot.domain.catalog.models import Plan, PlanResource, Resource
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order
from entrepot.domain.provisioning.commands.connectors import add_connector, name_units
from entrepot.domain.provisioning.drift import DriftKind, report_drift
from entrepot.domain.provisioning.errors import NoSuchOperation, ProvisioningInput
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Connector, Operation, ServiceInstance
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.subscriptions.queries import subscription_facts
from entrepot.flows import subscription_actions as actions
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.flows.vendor_wishes import tell_vendors
from entrepot.infra.audit.models import AuditEntry
from entrepot.ops.vendor_simulator.broker_routes import SERVICE_ID
from tests.domain.provisioning.kit import ACTOR, CLOCK, Kit, kit
from tests.domain.resale.shop import Shop, add_price, shop
from tests.support.people import SETUP
from tests.support.runs import run_within

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TODAY = date(2026, 3, 1)


@pytest.fixture(
    params=[ConnectorKind.SERVICE_BROKER, ConnectorKind.SIGNED_HTTP], ids=lambda kind: kind.value
)
def vendor(request, db, tmp_path) -> Iterator[Kit]:
    with kit(request.param, tmp_path / "secrets") as found:
        yield found


@pytest.fixture
def store(vendor: Kit) -> Shop:
    """The shop, whose plan also has backups that the vendor calls BK-1, and audits without a number of their own."""
    found = shop()
    # The pump's clock is the real one; what it delivers counts from the day that is billed next.
    run_within(day=date(2026, 2, 28), now=NOW)
    plan = Plan.objects.get(pk=found.plan)
    Plan.objects.filter(pk=plan.pk).update(product_code=SERVICE_ID, sku_code="small-plan-id")
    Connector.objects.filter(pk=vendor.connector_id).update(vendor_id=plan.service.vendor_id)
    for place, (code, mpn) in enumerate((("backup", "BK-1"), ("audit", "")), start=5):
        resource = Resource.objects.create(
            service_id=plan.service_id, code=code, name=code.capitalize(), mpn=mpn
        )
        PlanResource.objects.create(plan=plan, resource=resource, position=place)
        add_price(found.period, resource.id)
    if vendor.kind is ConnectorKind.SERVICE_BROKER:
        name_units(
            connector_id=vendor.connector_id, quantity_parameter="seats", actor=SETUP, now=NOW
        )
    return found


def resource(code: str) -> int:
    return Resource.objects.get(code=code).id


def told(vendor: Kit) -> dict[str, str]:
    """Give the units that the vendor has, under the names that it was given."""
    (thing,) = vendor.vendor.live()
    if vendor.kind is ConnectorKind.SERVICE_BROKER:
        return {name: str(units) for name, units in thing.parameters.items()}
    return {"seats": str(Decimal(thing.quantity).normalize()), **thing.units}


def order_change(store: Shop, sub: int, code: str, quantity: str, day: date = TODAY) -> None:
    actions.change_quantity(
        facts=subscription_facts(store.people.sven.viewer(now=NOW), subscription_id=sub),
        resource_id=resource(code),
        quantity=Decimal(quantity),
        effective_on=day,
        expected_version=SubBilling.objects.get(pk=sub).version,
        actor=SETUP,
        now=NOW,
        today=TODAY,
    )


def test_the_vendor_learns_all_units_with_the_order_and_with_each_change(vendor, store):
    line = Line(
        store.period,
        {store.seat: Decimal(5), resource("backup"): Decimal(20), resource("audit"): Decimal(1)},
        {"domain": "cleo.example"} if vendor.kind is ConnectorKind.SIGNED_HTTP else {},
    )
    cart = Cart(store.people.cleo.account_id, [line])
    amount = estimate_order(cart, now=NOW).total.first
    (number,) = place_order(cart, request_key="one", confirmed=amount, actor=SETUP, now=NOW)
    vendor.settle()
    assert told(vendor) == {"seats": "5", "BK-1": "20", "audit": "1"}
    order = Order.objects.get(pk=number)
    assert order.code == "CP"
    sub = order.subscription_id
    assert tell_vendors(now=NOW) == 0
    run_within(day=TODAY, now=NOW)

    # More backups: the vendor is asked first, and keeps what else it has.
    order_change(store, sub, "backup", "25")
    assert Order.objects.latest("id").code == "PR"
    vendor.settle()
    assert told(vendor) == {"seats": "5", "BK-1": "25", "audit": "1"}
    assert Order.objects.latest("id").code == "CP"
    order_change(store, sub, "seat", "7")
    vendor.settle()
    assert told(vendor) == {"seats": "7", "BK-1": "25", "audit": "1"}
    # They count from the 2nd, the first day that is not billed.
    assert tell_vendors(now=datetime(2026, 3, 2, 9, tzinfo=UTC)) == 0

    # Fewer audits from a later day: nobody is asked before it.
    order_change(store, sub, "audit", "0", day=date(2026, 3, 3))
    vendor.settle()
    assert told(vendor)["audit"] == "1"
    run_within(day=date(2026, 3, 2), now=NOW)
    later = datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert tell_vendors(now=later) == 1
    assert tell_vendors(now=later) == 0
    vendor.settle()
    assert told(vendor) == {"seats": "7", "BK-1": "25", "audit": "0"}
    assert tell_vendors(now=later) == 0

    # What the vendor has otherwise is found as drift.
    assert not drift(vendor)
    (thing,) = vendor.vendor.live()
    if vendor.kind is ConnectorKind.SIGNED_HTTP:
        thing.units["BK-1"] = "24"
        assert drift(vendor) == [DriftKind.QUANTITY]
    else:
        thing.parameters["BK-1"] = 24
        assert drift(vendor) == [DriftKind.PARAMETERS]


def drift(vendor: Kit) -> list[DriftKind]:
    report = report_drift(
        connector_id=vendor.connector_id, surroundings=vendor.surroundings, clock=CLOCK
    )
    return [one.kind for one in report.differences]


def test_a_service_that_was_told_its_first_resource_only_learns_all_with_the_next_change(
    vendor, store
):
    line = Line(store.period, {store.seat: Decimal(5), resource("backup"): Decimal(20)})
    cart = Cart(store.people.cleo.account_id, [line])
    amount = estimate_order(cart, now=NOW).total.first
    place_order(cart, request_key="one", confirmed=amount, actor=SETUP, now=NOW)
    vendor.settle()
    sub = Order.objects.get().subscription_id
    run_within(day=TODAY, now=NOW)
    for model in (ServiceInstance, Operation):
        model.objects.update(units={})
    assert tell_vendors(now=NOW) == 0
    order_change(store, sub, "backup", "21")
    vendor.settle()
    assert told(vendor) == {"seats": "5", "BK-1": "21"}


def test_what_cannot_name_a_parameter_is_refused(db):
    number = add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        surroundings=surroundings(),
        actor=ACTOR,
        now=NOW,
    )
    broker = Connector.objects.create(
        name="broker", kind=ConnectorKind.SERVICE_BROKER, created_at=NOW
    )
    for connector, name in ((number, "seats"), (broker.pk, "two words"), (broker.pk, "x" * 101)):
        with pytest.raises(ProvisioningInput) as refused:
            name_units(connector_id=connector, quantity_parameter=name, actor=ACTOR, now=NOW)
        assert refused.value.code == "quantity_parameter_unusable"
    with pytest.raises(NoSuchOperation):
        name_units(connector_id=0, quantity_parameter="", actor=ACTOR, now=NOW)
    for _ in range(2):
        name_units(connector_id=broker.pk, quantity_parameter="seats", actor=ACTOR, now=NOW)
    assert AuditEntry.objects.filter(action="connector_units_named").count() == 1
