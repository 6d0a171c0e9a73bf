"""Services of people: handed out, taken back, told to vendors over real HTTP, and waited for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from entrepot.domain.catalog.models import Plan, PlanResource, Resource, ResourcePart
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.commands import disable_user
from entrepot.domain.parties.commands.user_edits import PersonFacts, delete_person, edit_person
from entrepot.domain.provisioning.commands.connectors import tell_people
from entrepot.domain.provisioning.commands.people import mark_failed, resubmit
from entrepot.domain.provisioning.errors import ProvisioningInput
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Connector, Operation
from entrepot.domain.seats import commands as seats
from entrepot.domain.seats import queries
from entrepot.domain.seats.candidates import by_login
from entrepot.domain.seats.errors import SeatInput, SeatsRefused
from entrepot.domain.seats.models import Seat, SeatTally, SeatWait
from entrepot.domain.subscriptions.errors import OrderRefused
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.domain.subscriptions.queries import subscription_facts
from entrepot.flows import subscription_actions as actions
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.seat_events import do_complete
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.db.sql import statement
from entrepot.ops.vendor_simulator.faults import Fault
from tests.domain.provisioning.kit import Kit, kit
from tests.domain.resale.shop import Shop, add_period, shop
from tests.support.mailbox import running
from tests.support.people import SETUP, user
from tests.support.runs import run_within

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TODAY = date(2026, 3, 1)
WHO = {"actor": SETUP, "now": NOW}


@pytest.fixture
def vendor(db, tmp_path) -> Iterator[Kit]:
    with kit(ConnectorKind.SIGNED_HTTP, tmp_path / "secrets") as found:
        yield found


@pytest.fixture
def store(vendor: Kit) -> Shop:
    """The shop, whose vendor wants to know who uses its service, three people at once."""
    found = shop()
    run_within(day=date(2026, 2, 28), now=NOW)
    plan = Plan.objects.get(pk=found.plan)
    Connector.objects.filter(pk=vendor.connector_id).update(vendor_id=plan.service.vendor_id)
    tell_people(connector_id=vendor.connector_id, people_at_once=3, **WHO)
    return found


@pytest.fixture(autouse=True)
def counted(db: None) -> Iterator[None]:
    """Whatever a test does, the units counted as given are those that people have."""
    yield
    assert wrong_tallies() == []


def wrong_tallies() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        return statement("entrepot.domain.seats", "prove_tallies").rows(cursor, findings_max=9)[1:]


def people(store: Shop, count: int, *, mail: str = "mail.example") -> list[int]:
    """Add people to Cleo, called Person 1, Person 2 and so on."""
    from entrepot.domain.parties.models import User

    found = []
    for place in range(1, count + 1):
        number = user(
            store.people.cleo.account_id, f"person.{place}", f"Person {place}", password=None
        )
        User.objects.filter(pk=number).update(email=f"person.{place}@{mail}")
        found.append(number)
    return found


def buy(store: Shop, vendor: Kit | None, quantity: int, *, period: int = 0, seat: int = 0) -> int:
    """Order units for Cleo; return the subscription."""
    line = Line(period or store.period, {seat or store.seat: Decimal(quantity)}, {})
    cart = Cart(store.people.cleo.account_id, [line])
    amount = estimate_order(cart, now=NOW).total.first
    key = f"key {Order.objects.count()}"
    (number,) = place_order(cart, request_key=key, confirmed=amount, **WHO)
    if vendor is not None:
        vendor.settle()
    order = Order.objects.get(pk=number)
    assert order.code == "CP"
    return order.subscription_id


def give(store: Shop, user_ids: list[int], resource: int = 0) -> seats.Assigned:
    return seats.assign_seats(
        account_id=store.people.cleo.account_id,
        resource_id=resource or store.seat,
        user_ids=user_ids,
        on_day=TODAY,
        **WHO,
    )


def take(store: Shop, user_ids: list[int], resource: int = 0) -> int:
    return seats.release_seats(
        account_id=store.people.cleo.account_id,
        resource_id=resource or store.seat,
        user_ids=user_ids,
        **WHO,
    )


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Seat.objects.values_list("state", flat=True):
        found[state.value] = found.get(state.value, 0) + 1
    return found


def users_at(vendor: Kit) -> set[str]:
    return {login for thing in vendor.vendor.live() for login in thing.people.values()}


def composite(store: Shop) -> tuple[int, int]:
    """Sell a premium service that holds the seat; return its resource and its period."""
    plain = Plan.objects.get(pk=store.plan)
    premium = Resource.objects.create(
        service_id=plain.service_id, code="premium", name="Premium Seat"
    )
    ResourcePart.objects.create(whole=premium, part_id=store.seat)
    plan = Plan.objects.create(
        service=plain.service,
        sales_category=plain.sales_category,
        tax_category=plain.tax_category,
        name="Premium",
        product_code="premium",
        sku_code="P1",
    )
    PlanResource.objects.create(plan=plan, resource=premium)
    return premium.id, add_period(plan.id, premium.id)


def test_a_service_is_handed_out_in_batches_and_taken_back(vendor, store, monkeypatch):
    monkeypatch.setattr(seats, "NAMED_MAX", 3)
    sub = buy(store, vendor, 5)
    crew = people(store, 5)

    assert give(store, crew) == seats.Assigned(5, 0)
    assert states() == {"assigning": 5}
    assert sorted(len(op.people) for op in Operation.objects.filter(action="assign")) == [2, 3]
    vendor.settle()
    assert states() == {"assigned": 5}
    assert users_at(vendor) == {f"person.{place}" for place in range(1, 6)}
    # Entries name everybody, a part of them each, and whom an entry names gets a message.
    entries = AuditEntry.objects.filter(action="seats_assigned").order_by("id")
    named = [(entry.after["count"], entry.after["people"]) for entry in entries]
    assert named == [(3, crew[:3]), (2, crew[3:])]

    # Who has it needs no second unit, and nobody gets one that is not there.
    assert give(store, crew[:2]) == seats.Assigned(0, 2)
    late = user(store.people.cleo.account_id, "late.one", "Late One")
    with pytest.raises(SeatsRefused) as refusal:
        give(store, [crew[0], late])
    assert (refusal.value.code, refusal.value.params["count"]) == ("seats_missing", 1)

    with pytest.raises(OrderRefused) as refusal:
        change(store, sub, 3)
    assert refusal.value.code == "seats_assigned"
    assert "Person 1, Person 2" in refusal.value.text()

    assert take(store, crew[:2]) == 2
    assert states() == {"assigned": 3, "releasing": 2}
    with pytest.raises(SeatsRefused):
        give(store, [late])
    vendor.settle()
    assert states() == {"assigned": 3}
    assert users_at(vendor) == {"person.3", "person.4", "person.5"}
    change(store, sub, 3)
    assert take(store, crew[:2]) == 0


def change(store: Shop, sub: int, quantity: int, day: date = TODAY) -> None:
    actions.change_quantity(
        facts=subscription_facts(store.people.sven.viewer(now=NOW), subscription_id=sub),
        resource_id=store.seat,
        quantity=Decimal(quantity),
        effective_on=day,
        expected_version=SubBilling.objects.get(pk=sub).version,
        today=TODAY,
        **WHO,
    )


def test_who_fails_is_tried_again_alone(vendor, store):
    buy(store, vendor, 5)
    crew = people(store, 3)
    from entrepot.domain.parties.models import User

    User.objects.filter(pk=crew[1]).update(email="person.2@nowhere.invalid")
    give(store, crew)
    vendor.settle()

    assert states() == {"assigned": 2, "failed": 1}
    (failed,) = queries.holders_of(
        store.people.cleo.viewer(),
        account_id=store.people.cleo.account_id,
        resource_ids=[store.seat],
        limit=10,
        failed_only=True,
    ).rows
    assert (failed.name, failed.error) == (
        "Person 2",
        "There is no mailbox person.2@nowhere.invalid.",
    )

    User.objects.filter(pk=crew[1]).update(email="person.2@mail.example")
    again = {"account_id": store.people.cleo.account_id, "resource_id": store.seat, **WHO}
    assert seats.retry_seats(user_ids=crew, **again) == 1
    assert [len(op.people) for op in Operation.objects.filter(action="assign")][-1:] == [1]
    # What is over keeps who it was by their keys, and no name, address or text of the vendor's.
    over, under_way = Operation.objects.filter(action="assign").order_by("id")
    key = f"USR-{crew[1]}"
    assert over.people[1] == {"key": key, "resource": "seat"}
    assert over.people_failed == {key: ""}
    assert under_way.people[0]["email"] == "person.2@mail.example"
    vendor.settle()
    assert states() == {"assigned": 3}
    assert seats.retry_seats(user_ids=crew, **again) == 0


def test_a_parked_batch_is_seen_with_each_person_and_goes_on_when_resubmitted(vendor, store):
    buy(store, vendor, 5)
    crew = people(store, 2)
    vendor.expect(Fault.FAIL)
    give(store, crew)
    vendor.settle()

    assert states() == {"failed": 2}
    assert set(Seat.objects.values_list("error", flat=True)) == {"The vendor ran out of capacity."}
    # The operation may still be carried out, so nobody is forgotten whom the vendor may get.
    with pytest.raises(SeatsRefused) as busy:
        take(store, crew[:1])
    assert busy.value.code == "seat_busy"
    again = {"account_id": store.people.cleo.account_id, "resource_id": store.seat, **WHO}
    vendor.expect(Fault.FAIL)
    assert seats.retry_seats(user_ids=crew, **again) == 2
    assert states() == {"assigning": 2}
    vendor.settle()
    assert states() == {"failed": 2}
    parked = Operation.objects.get(action="assign")
    resubmit(operation_id=parked.pk, **WHO)
    vendor.settle()
    assert states() == {"assigned": 2}

    vendor.expect(Fault.FAIL)
    take(store, crew[:1])
    vendor.settle()
    assert states() == {"assigned": 1, "stuck": 1}
    parked = Operation.objects.get(action="release")
    mark_failed(operation_id=parked.pk, comment="The vendor keeps it.", **WHO)
    assert states() == {"assigned": 1, "stuck": 1}
    assert seats.retry_seats(user_ids=crew, **again) == 1
    vendor.settle()
    assert states() == {"assigned": 1}


def test_units_come_from_the_service_itself_and_then_from_composite_ones(vendor, store):
    premium, period = composite(store)
    own = buy(store, vendor, 2)
    more = buy(store, vendor, 2, period=period, seat=premium)
    crew = people(store, 4)

    give(store, crew)
    vendor.settle()

    used = Seat.objects.order_by("user_id").values_list("subscription_id", flat=True)
    assert list(used) == [own, own, more, more]
    # A premium unit is one: who has it has what it holds.
    assert give(store, crew) == seats.Assigned(0, 4)
    shelf = queries.shelf_of(store.people.cleo.viewer(), account_id=store.people.cleo.account_id)
    assert [(row.name, row.bought, row.given, row.free) for row in shelf] == [
        ("Premium Seat", 2, 2, 0),
        ("Seat", 2, 2, 0),
    ]
    assert queries.parts_on(shelf) == {premium: ("Seat",)}
    account = {"account_id": store.people.cleo.account_id, "limit": 1}
    first = queries.shelf_page(store.people.cleo.viewer(), **account)
    assert (first.rows, first.after) == (shelf[:1], ("premium seat", premium))
    second = queries.shelf_page(store.people.cleo.viewer(), **account, after=first.after)
    assert (second.rows, second.after) == (shelf[1:], None)
    assert take(store, crew) == 4


def test_who_has_a_service_is_listed_by_name_and_found_by_a_word_of_it(vendor, store):
    tell_people(connector_id=vendor.connector_id, people_at_once=0, **WHO)
    buy(store, vendor, 3)
    crew = people(store, 3)
    give(store, crew)
    cleo = store.people.cleo.viewer()
    facts = PersonFacts(display_name="Ärmel, Person", email="", phone="", language="de")
    edit_person(
        cleo,
        account_id=cleo.account_id,
        user_id=crew[2],
        version=1,
        facts=facts,
        **WHO,
    )

    def names(**wanted: object) -> list[str]:
        page = queries.holders_of(
            cleo, account_id=cleo.account_id, resource_ids=[store.seat], **{"limit": 9, **wanted}
        )
        return [one.name for one in page.rows]

    assert names() == ["Ärmel, Person", "Person 1", "Person 2"]
    found = queries.holders_of(cleo, account_id=cleo.account_id, resource_ids=[store.seat], limit=1)
    assert names(after=found.after) == ["Person 1", "Person 2"]
    for text, expected in (
        ("arm", ["Ärmel, Person"]),
        ("person", ["Ärmel, Person", "Person 1", "Person 2"]),
        ("person.2", ["Person 2"]),
        ("erson", []),
        ("person.1@mail", ["Person 1"]),
    ):
        assert names(search=text) == expected, text


def test_units_that_go_away_later_are_given_to_nobody_and_new_ones_count_at_once(vendor, store):
    sub = buy(store, vendor, 3)
    crew = people(store, 4)
    give(store, crew[:1])
    vendor.settle()
    change(store, sub, 2, day=date(2026, 3, 20))

    with pytest.raises(SeatsRefused):
        give(store, crew[1:3])
    give(store, crew[1:2])
    vendor.settle()

    other = buy(store, vendor, 1)
    change(store, other, 2)
    vendor.settle()
    assert give(store, crew[2:4]) == seats.Assigned(2, 0)
    assert Seat.objects.filter(subscription_id=other).count() == 2


def test_who_waits_for_an_order_gets_units_when_it_is_done(vendor, store):
    crew = people(store, 3)
    cart = Cart(store.people.cleo.account_id, [Line(store.period, {store.seat: Decimal(2)}, {})])
    amount = estimate_order(cart, now=NOW).total.first
    (order,) = place_order(cart, request_key="one", confirmed=amount, **WHO)
    seats.await_units(
        account_id=store.people.cleo.account_id,
        resource_id=store.seat,
        user_ids=crew,
        order_id=order,
        **WHO,
    )
    vendor.settle()
    assert Order.objects.get(pk=order).code == "CP"

    job = running(1, NOW)
    assert do_complete(job, order_id=order)["people"] == 0
    errors = set(SeatWait.objects.values_list("error", flat=True))
    assert errors == {
        "1 more units of Seat are needed. Buy them, choose fewer people, or take units from somebody."
    }
    # Who waited in vain can be chosen again.
    cleo = store.people.cleo.viewer()
    chosen = by_login(cleo, resource_id=store.seat, logins=["person.1", "person.2"], now=NOW)
    assert chosen.user_ids == tuple(crew[:2])
    assert take(store, crew[:1]) == 1
    assert do_complete(job, order_id=order)["people"] == 2
    assert not SeatWait.objects.exists()
    vendor.settle()
    assert users_at(vendor) == {"person.2", "person.3"}


def test_what_cannot_be_handed_out_is_refused(vendor, store):
    buy(store, vendor, 3)
    crew = people(store, 2)
    for wanted, resource, code in (
        ([], store.seat, "seat_people_missing"),
        (crew, store.storage, "seat_service_unknown"),
        (crew, 999_999, "seat_service_unknown"),
        (list(range(1, 50_002)), store.seat, "seat_people_too_many"),
    ):
        with pytest.raises(SeatInput) as refusal:
            give(store, wanted, resource)
        assert refusal.value.code == code
    disable_user(user_id=crew[0], **WHO)
    for stranger in (crew[0], store.people.sven.user_id, 999_999):
        with pytest.raises(SeatsRefused) as refused:
            give(store, [crew[1], stranger])
        assert refused.value.code == "seat_person_not_there"
    assert not Seat.objects.exists()

    give(store, crew[1:])
    with pytest.raises(SeatsRefused) as busy:
        take(store, crew[1:])
    assert busy.value.code == "seat_busy"
    with pytest.raises(ProvisioningInput):
        tell_people(connector_id=vendor.connector_id, people_at_once=1_001, **WHO)


def test_without_a_vendor_that_wants_to_know_it_is_done_at_once(vendor, store):
    tell_people(connector_id=vendor.connector_id, people_at_once=0, **WHO)
    sub = buy(store, vendor, 3)
    crew = people(store, 3)

    give(store, crew)
    assert states() == {"assigned": 3}
    assert take(store, crew[:1]) == 1
    assert states() == {"assigned": 2}
    delete_person(
        store.people.cleo.viewer(),
        account_id=store.people.cleo.account_id,
        user_id=crew[1],
        **WHO,
    )
    assert states() == {"assigned": 1}
    Subscription.objects.filter(pk=sub).update(status="cancelled")
    seats.leave_ended()
    assert not Seat.objects.exists()
    assert not Operation.objects.filter(action__in=["assign", "release"]).exists()


def test_what_is_counted_becomes_one_row_for_each_item_every_day(vendor, store):
    Connector.objects.update(people_at_once=0)
    buy(store, vendor, 5)
    crew = people(store, 5)
    for one in crew:
        give(store, [one])
    take(store, crew[3:])
    assert sorted(SeatTally.objects.values_list("units", flat=True)) == [-2, 1, 1, 1, 1, 1]

    seats.leave_ended()
    assert list(SeatTally.objects.values_list("units", flat=True)) == [3]
    seats.leave_ended()
    assert list(SeatTally.objects.values_list("units", flat=True)) == [3]

    take(store, crew[:3])
    seats.leave_ended()
    assert not SeatTally.objects.exists()
