"""Operations at vendors for the provider: the list, one operation, what people do with it, follow-ups."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.lifecycle import State
from entrepot.domain.provisioning.models import Connector, FollowUp, Operation
from entrepot.domain.subscriptions.models import Subscription
from entrepot.infra.audit.models import AuditEntry
from tests.web.provisioning.conftest import NOW, World, asked
from tests.web.tasks.test_tasks import words_of

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
LIST = "/provider/provisioning/"


def numbers(answer) -> set[int]:
    """Give the operations that a list shows."""
    return {int(n) for n in re.findall(r"OP-(\d+)", words_of(answer))}


def seen(client: Client, address: str) -> dict[str, str]:
    """Give what the form of a page carries of the state that it shows."""
    found = re.search(r'name="seen" value="([^"]+)"', client.get(address).content.decode())
    assert found, address
    return {"seen": found[1]}


def state(pk: int) -> State:
    return Operation.objects.get(pk=pk).state


def test_operations_are_found_by_order_subscription_vendor_id_state_connector_and_error(
    world: World, at: Browser
):
    hanna = at(world.people.harbor)
    everything = numbers(hanna.get(LIST))
    ordered = Order.objects.get(pk=world.order)
    assert everything == {ordered.operation_id, world.by_hand, world.parked, world.waiting}

    found = {
        f"q=ORD-{world.order}": {ordered.operation_id},
        f"q={ordered.number_text}": {ordered.operation_id},
        f"q=SUB-{world.subscription}": {world.by_hand, world.parked, world.waiting},
        "q=V-parked": {world.parked},
        f"q=OP-{world.waiting}": {world.waiting},
        "q=V-nothing": set(),
        "group=people": {world.parked},
        "group=manual": {ordered.operation_id, world.by_hand},
        "group=moving": {world.waiting},
        "group=done": set(),
        "error=unreachable": {world.waiting},
        f"connector={Connector.objects.get(name='mail').id}": {world.parked, world.waiting},
        "action=suspend": set(),
        "group=people&error=unreachable": set(),
    }
    assert {query: numbers(hanna.get(f"{LIST}?{query}")) for query in found} == found
    page = words_of(hanna.get(LIST))
    assert "Cleo Clinics" in page
    assert "The domain does not exist." in page

    def statements(size: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            hanna.get(f"{LIST}?rows={size}")
        return len(caught)

    few = statements(50)
    sub = Operation.objects.get(pk=world.parked).instance
    subscription = type("Named", (), {"tenant_id": sub.tenant_id, "id": sub.subscription_id})
    for number in range(8):
        asked(subscription, Connector.objects.get(name="mail").id, f"more {number}", {})  # type: ignore[arg-type]
    assert statements(50) == few
    onward = re.search(r'rel="next" href="([^"]+)"', hanna.get(f"{LIST}?rows=5").content.decode())
    assert onward is not None
    assert len(numbers(hanna.get(f"{LIST}{onward[1].replace('&amp;', '&')}"))) == 5


def test_a_page_shows_calls_and_hides_secrets_and_a_parked_one_is_corrected_and_resubmitted(
    world: World, at: Browser
):
    hanna, place = at(world.people.harbor), f"{LIST}{world.parked}/"
    page = words_of(hanna.get(place))
    for text in (
        "The vendor rejects the request",
        "There is no effect, 120 ms",
        "cleo.invalid",
        "V-parked",
    ):
        assert text in page
    assert "hunter2" not in page

    form = seen(hanna, f"{place}resubmit/") | {
        "name-0": "domain",
        "kind-0": "text",
        "value-0": "cleo.example",
    }
    assert hanna.post(f"{place}resubmit/", form).status_code == 302
    operation = Operation.objects.get(pk=world.parked)
    assert (operation.state, operation.parameters) == (State.RETRYING, {"domain": "cleo.example"})
    # The same form once more, as a double click sends it: it counts for a state that is over.
    twice = hanna.post(f"{place}resubmit/", form)
    assert twice.status_code == 409
    assert Operation.objects.get(pk=world.parked).round == 2
    assert AuditEntry.objects.filter(action="operation_resubmitted").count() == 1


def test_the_manual_queue_is_worked_off_with_a_comment_and_no_click_counts_twice(
    world: World, at: Browser
):
    hanna, place = at(world.people.harbor), f"{LIST}{world.by_hand}/"
    form = seen(hanna, f"{place}fail/")
    assert hanna.post(f"{place}fail/", form | {"comment": " "}).status_code == 422

    assert hanna.post(f"{place}fail/", form | {"comment": "No stock"}).status_code == 302
    assert state(world.by_hand) is State.PARKED
    # A second click would end it for good.
    again = hanna.post(f"{place}fail/", form | {"comment": "No stock"})
    assert again.status_code == 409
    assert "The operation has moved on" in words_of(again)
    assert state(world.by_hand) is State.PARKED

    done = seen(hanna, f"{place}done/") | {"comment": "Set up by phone", "vendor_id": "V-7"}
    assert hanna.post(f"{place}done/", done).status_code == 302
    assert state(world.by_hand) is State.SUCCEEDED
    assert (
        Operation.objects.select_related("instance").get(pk=world.by_hand).instance.vendor_id
        == "V-7"
    )
    assert hanna.get(f"{place}done/").status_code == 409


def test_what_waits_is_looked_at_at_once_and_given_up_with_a_reason(world: World, at: Browser):
    hanna, place = at(world.people.harbor), f"{LIST}{world.waiting}/"

    assert "The vendor is asked at once." in words_of(hanna.post(f"{place}now/", follow=True))
    assert Operation.objects.get(pk=world.waiting).due_at == NOW
    assert "does not wait for another try" in words_of(
        hanna.post(f"{LIST}{world.parked}/now/", follow=True)
    )
    form = seen(hanna, f"{place}withdraw/") | {"comment": "Ordered by mistake"}
    assert hanna.post(f"{place}withdraw/", form).status_code == 302
    assert state(world.waiting) is State.CANCELLED
    entry = AuditEntry.objects.get(action="operation_withdrawn")
    assert (entry.reason, entry.object_id) == ("Ordered by mistake", world.waiting)


def test_what_an_order_wants_is_acted_on_at_the_order_only(world: World, at: Browser):
    operation = Order.objects.get(pk=world.order).operation_id
    hanna, place = at(world.people.harbor), f"{LIST}{operation}/"

    page = hanna.get(place).content.decode()
    assert f"/provider/orders/{world.order}/" in page
    assert "Mark as done" not in page
    for act in ("resubmit", "done", "fail", "withdraw"):
        assert (
            hanna.post(f"{place}{act}/", {"seen": "pending.1", "comment": "x"}).status_code == 403
        )


def test_follow_ups_are_closed_once_with_what_was_done(world: World, at: Browser):
    hanna, place = at(world.people.harbor), f"{LIST}follow-ups/"
    assert "Delivered after it was given up" in words_of(hanna.get(place))
    close = f"{place}{world.follow_up}/close/"

    refused = hanna.post(close, {"comment": "  "})
    assert refused.status_code == 422
    assert "Say why." in words_of(refused)
    assert "is closed" in words_of(hanna.post(close, {"comment": "Refunded by hand"}, follow=True))
    again = hanna.post(close, {"comment": "Something else"})
    assert "Hanna Harbor has closed this already." in words_of(again)
    assert FollowUp.objects.get(pk=world.follow_up).comment == "Refunded by hand"
    assert "Refunded by hand" in words_of(hanna.get(f"{place}?state=closed"))
    assert hanna.post(f"{place}999/close/", {"comment": "x"}).status_code == 404


def test_a_seller_sees_what_vendors_were_asked_for_its_customers_and_nothing_else(
    world: World, at: Browser
):
    place = "/reseller/provisioning/"
    sven = at(world.people.sven)
    page = words_of(sven.get(place))
    assert page.count("Cleo Clinics") == 4
    assert "The domain does not exist." in page
    assert f"OP-{world.parked}" in words_of(sven.get(f"{place}?group=people"))
    assert f"OP-{world.waiting}" not in words_of(sven.get(f"{place}?group=people"))
    assert "No operation matches" in words_of(sven.get(f"{place}?q=OP-1&group=done"))
    # Connectors, follow-ups and acts stay with the provider.
    assert "connectors" not in sven.get(place).content.decode()

    rex = words_of(at(world.people.rex).get(place))
    assert ("No vendor was asked" in rex, "Cleo Clinics" in rex) == (True, False)
    assert "No operation matches" in words_of(
        at(world.people.rex).get(f"{place}?q=OP-{world.parked}")
    )
    # What the reseller uses itself is no sale.
    Subscription.objects.filter(pk=world.subscription).update(
        customer_id=world.people.sven.account_id
    )
    assert f"OP-{world.parked}" not in words_of(sven.get(place))


def test_connectors_say_what_they_declare_and_how_they_do_and_rest_when_told(
    world: World, at: Browser
):
    Operation.objects.filter(pk=world.waiting).update(settled_at=NOW - timedelta(days=1))
    hanna, mail = at(world.people.harbor), Connector.objects.get(name="mail")
    page = words_of(hanna.get(f"{LIST}connectors/"))
    for text in ("Signed calls with call-backs", "Manual queue", "1 without an answer"):
        assert text in page
    place = f"{LIST}connectors/{mail.id}/"
    assert "sets up, changes, suspends" in words_of(hanna.get(place))

    assert "mail rests" in words_of(hanna.post(f"{place}switch/", {"active": "0"}, follow=True))
    hanna.post(f"{place}switch/", {"active": "0"})
    assert not Connector.objects.get(name="mail").is_active
    assert AuditEntry.objects.filter(action="connector_switched").count() == 1

    # One that its vendor does not answer rests by itself, and a person can have it tried at once.
    Connector.objects.filter(name="mail").update(
        is_active=True, failures=15, rests=2, rests_until=NOW, rest_reason="connection refused"
    )
    assert "Rests by itself" in words_of(hanna.get(f"{LIST}connectors/"))
    page = words_of(hanna.get(place))
    assert "15 calls in a row had no usable answer" in page
    assert "The last answer: connection refused" in page
    hanna.post(f"{place}switch/", {"active": "1"})
    assert Connector.objects.get(name="mail").rests_until is None
    desk = Connector.objects.get(name="desk")
    assert "This connector cannot tell" in words_of(hanna.get(f"{LIST}connectors/{desk.id}/"))
    refused = hanna.post(f"{LIST}connectors/{desk.id}/look/", follow=True)
    assert "The connector desk cannot do this." in words_of(refused)
    assert hanna.get(f"{LIST}connectors/999/").status_code == 404


def test_a_service_broker_is_told_ordered_units_in_the_parameter_that_is_chosen(
    world: World, at: Browser
):
    hanna, mail = at(world.people.harbor), Connector.objects.get(name="mail")
    broker = Connector.objects.create(
        name="broker", kind=ConnectorKind.SERVICE_BROKER, created_at=NOW
    )
    place = f"{LIST}connectors/{broker.id}/"
    assert "Parameter of the units" in words_of(hanna.get(place))
    assert "Parameter of the units" not in words_of(hanna.get(f"{LIST}connectors/{mail.id}/"))

    refused = hanna.post(f"{place}units/", {"quantity_parameter": "two words"})
    assert refused.status_code == 422
    assert "“two words” cannot name the parameter" in words_of(refused)
    assert 'value="two words"' in refused.content.decode()
    for typed in ("-1", "x", "1001", "1.5"):
        unusable = hanna.post(f"{LIST}connectors/{mail.id}/people/", {"people_at_once": typed})
        assert unusable.status_code == 422, typed
        assert "0 to 1000 people" in unusable.content.decode()
    told = hanna.post(f"{LIST}connectors/{mail.id}/people/", {"people_at_once": "50"}, follow=True)
    assert "The vendor is told who uses its service from now on." in told.content.decode()
    assert hanna.post(f"{place}people/", {"people_at_once": "5"}).status_code == 422
    answer = hanna.post(f"{place}units/", {"quantity_parameter": " seats "}, follow=True)
    assert "Units are sent with what is ordered" in words_of(answer)
    assert 'value="seats"' in answer.content.decode()
    assert (
        hanna.post(f"{LIST}connectors/{mail.id}/units/", {"quantity_parameter": "x"}).status_code
        == 422
    )
    assert at(world.people.sven).post(f"{place}units/", {}).status_code == 404
    Operation.objects.filter(pk=world.parked).update(units={"backup": "20"})
    assert "backup 20" in words_of(hanna.get(f"{LIST}{world.parked}/"))


def test_only_the_providers_people_see_provisioning_and_readers_change_nothing(
    world: World, at: Browser
):
    mail = Connector.objects.get(name="mail").id
    places = [LIST, f"{LIST}{world.parked}/", f"{LIST}follow-ups/", f"{LIST}connectors/{mail}/"]
    for person in (world.people.sven, world.people.cleo):
        client = at(person)
        assert [client.get(place).status_code for place in places] == [404] * 4
    Membership.objects.filter(user_id=world.people.harbor.user_id).update(role=RoleCode.READ_ONLY)
    reader = at(world.people.harbor, "de")

    assert [reader.get(place).status_code for place in places] == [200] * 4
    assert "Bereitstellung" in words_of(reader.get(LIST))
    assert "Neu senden" not in words_of(reader.get(places[1]))
    for place in (
        f"{places[1]}resubmit/",
        f"{places[1]}now/",
        f"{LIST}follow-ups/{world.follow_up}/close/",
        f"{places[3]}switch/",
        f"{places[3]}look/",
        f"{LIST}differences/1/repair/",
    ):
        assert reader.post(place, {"comment": "x", "seen": "x"}).status_code == 403
