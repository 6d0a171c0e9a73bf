"""Lists of orders, their page and what people do there, in the three panels."""

import csv
import html
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order, OrderEvent
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.models import Operation
from entrepot.domain.resale.commands import Terms, open_chain
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.subscriptions.queries import subscription_facts
from entrepot.flows.subscription_actions import change_quantity
from tests.support.people import SETUP, Person, user
from tests.web.orders.conftest import NOW, Store, place

PANEL = {"harbor": "provider", "cleo": "customer"}


def _text(answer: Any) -> str:
    """Return what a page says, without its marks."""
    body = answer.content.decode()
    main = body[body.index("<main") : body.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def _address(store: Store, person: Person, order: int, act: str = "") -> str:
    names = {one.account_id: name for name, one in store.shop.people.all.items()}
    panel = PANEL.get(names[person.account_id], "reseller")
    return f"/{panel}/orders/{order}/{f'{act}/' if act else ''}"


def _version(client: Client, address: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get(address).content.decode())
    assert found is not None
    return found[1]


def _code(order: int) -> str:
    return Order.objects.get(pk=order).code


def test_everybody_finds_orders_where_they_belong(store, at):
    people = store.shop.people
    lists = {
        "harbor": "/provider/orders/",
        "sven": "/reseller/orders/",
        "cleo": "/customer/orders/",
    }
    for name, address in lists.items():
        said = _text(at(people.all[name]).get(address))
        assert "SO000001" in said, name
        assert "All 3" in said, name
    # Ria sells to Sven, not to Cleo; Sven bought nothing for itself; Rex has nothing to do with it.
    for who, address in (
        (people.ria, "/reseller/orders/"),
        (people.sven, "/reseller/account/orders/"),
        (people.rex, "/reseller/orders/"),
    ):
        said = _text(at(who).get(address))
        assert "No orders yet" in said
        assert "SO0000" not in said


def test_customers_are_told_less_than_staff(store, at):
    staff = _text(at(store.shop.people.sven).get("/reseller/orders/"))
    assert "Waiting for payment" in staff
    assert "Failed at the vendor" in staff
    customer = at(store.shop.people.cleo)
    said = _text(customer.get("/customer/orders/"))
    assert "Submitted" in said
    assert "Waiting for payment" not in said
    page = _text(customer.get(f"/customer/orders/{store.failed}/"))
    assert "Your supplier sees this and repairs it" in page
    assert "no such domain" not in page
    assert "Provisioning" not in page


def test_views_search_and_filters_narrow_the_list(store, at):
    client = at(store.shop.people.harbor)

    def shown(query: str) -> list[str]:
        return re.findall(r"SO\d{6}", _text(client.get(f"/provider/orders/?{query}")))

    assert shown("tab=error") == ["SO000002"]
    assert shown("tab=submitted&status=WP") == ["SO000003"]
    assert shown("status=CP") == ["SO000001"]
    assert shown("q=cleo&tab=completed") == ["SO000001"]
    assert shown(f"q=ORD-{store.failed}") == ["SO000002"]
    assert shown("q=so000003") == ["SO000003"]
    people = store.shop.people
    assert shown("buyer=reseller") == []
    open_chain(
        customer_id=people.sven.account_id,
        market="DE",
        open_missing=Terms(statement_day=0, due_days=14),
        actor=SETUP,
        now=NOW,
        today=NOW.date(),
    )
    # Sven orders for itself: the first number of Ria's, who sells it. Cleo gets a sixth seat: an order of another kind.
    place(store.shop, "own", buyer=people.sven.account_id)
    assert shown("buyer=reseller") == ["SO000001"]
    assert len(shown("buyer=customer")) == 3
    made = Order.objects.get(pk=store.completed).subscription_id
    assert made is not None
    change_quantity(
        facts=subscription_facts(people.sven.viewer(now=NOW), subscription_id=made),
        resource_id=store.shop.seat,
        quantity=Decimal(6),
        effective_on=NOW.date(),
        expected_version=SubBilling.objects.get(pk=made).version,
        actor=SETUP,
        now=NOW,
        today=NOW.date(),
    )
    assert "CH000001" in _text(client.get("/provider/orders/?kind=change"))
    assert shown("kind=change") == []
    assert len(shown("kind=sales")) == 4
    assert len(shown("tab=melted&status=XX&buyer=nobody&kind=gift&before=x")) == 4
    assert "No order matches" in _text(client.get("/provider/orders/?q=nobody"))
    assert "No order is in this state" in _text(client.get("/provider/orders/?tab=cancelled"))


def test_the_number_of_statements_does_not_depend_on_the_rows(store, at):
    client = at(store.shop.people.sven)
    client.get("/reseller/orders/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/reseller/orders/")
    for n in range(4):
        place(store.shop, f"more {n}")
    with CaptureQueriesContext(connection) as many:
        answer = client.get("/reseller/orders/")
    assert "All 7" in _text(answer)
    assert len(many) == len(few)


def test_pages_lead_on_and_back_with_the_size_that_was_asked_for(store, at):
    for n in range(4):
        place(store.shop, f"more {n}")
    client = at(store.shop.people.harbor)
    first = client.get("/provider/orders/?rows=5").content.decode()
    following = html.unescape(re.findall(r'rel="next" href="([^"]+)"', first)[0])
    second = client.get(f"/provider/orders/{following}").content.decode()
    assert re.findall(r"<small>(SO\d+)", second) == ["SO000002", "SO000001"]
    back = html.unescape(re.findall(r'rel="prev" href="([^"]+)"', second)[0])
    again = client.get(f"/provider/orders/{back}").content.decode()
    assert re.findall(r"<small>(SO\d+)", again) == re.findall(r"<small>(SO\d+)", first)
    assert 'rel="prev"' not in again


def test_the_file_has_exactly_what_is_filtered(store, at):
    answer = at(store.shop.people.sven).get("/reseller/orders/export/?status=PF")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    assert (row["number"], row["customer"], row["first_amount"], row["status_code"]) == (
        "SO000002",
        "Cleo Clinics",
        "75.00",
        "PF",
    )
    assert (row["own_currency"], row["own_price"], row["own_cost"]) == ("EUR", "75.00", "60.00")
    # Who stands above reads the own sale, who bought reads no cost.
    answer = at(store.shop.people.harbor).get("/provider/orders/export/?status=PF")
    read = next(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert (read["own_price"], read["own_cost"]) == ("55.00", "50.00")
    mine = at(store.shop.people.cleo).get("/customer/orders/export/")
    assert b"own_" not in b"".join(mine.streaming_content)
    assert "margin €15.00" in at(store.shop.people.sven).get("/reseller/orders/").content.decode()
    assert "margin" not in at(store.shop.people.cleo).get("/customer/orders/").content.decode()


def test_the_page_says_what_each_tier_may_know(store, at):
    people, order = store.shop.people, store.completed
    # 5 seats at 15.00, bought for 12.00 each by Sven: 75.00 - 60.00 = 15.00 or 20 %.
    seller = _text(at(people.sven).get(f"/reseller/orders/{order}/"))
    for figure in ("€75.00", "€60.00", "€15.00", "20.0% of price", "PO 77", "SUB-"):
        assert figure in seller, figure
    buyer = _text(at(people.cleo).get(f"/customer/orders/{order}/"))
    assert "€75.00" in buyer
    assert "€60.00" not in buyer
    provider = _text(at(people.harbor).get(f"/provider/orders/{order}/"))
    # 5 x 11.00 - 5 x 10.00
    assert "€55.00" in provider
    assert "€50.00" in provider
    assert "€75.00" not in provider
    assert at(people.rex).get(f"/reseller/orders/{order}/").status_code == 404


def test_only_what_is_legal_is_offered(store, at):
    people = store.shop.people
    offered = {
        ("harbor", store.failed): ["cancel", "fail", "complete", "resubmit"],
        ("harbor", store.waiting): ["cancel", "accept"],
        ("harbor", store.completed): [],
        ("sven", store.failed): ["cancel", "resubmit"],
        ("sven", store.waiting): ["cancel", "accept"],
        ("ria", store.waiting): [],
        ("cleo", store.waiting): ["cancel"],
        ("cleo", store.failed): ["cancel"],
    }
    for (who, order), acts in offered.items():
        address = _address(store, people.all[who], order)
        page = at(people.all[who]).get(address).content.decode()
        assert re.findall(rf'href="{address}(\w+)/"', page) == acts, (who, order)


def test_the_seller_notes_the_payment_and_the_order_goes_on(store, at):
    client = at(store.shop.people.sven)
    address = _address(store, store.shop.people.sven, store.waiting, "accept")
    version = _version(client, address)
    empty = client.post(address, {"version": version, "comment": " "})
    assert empty.status_code == 422
    assert _code(store.waiting) == Code.WAITING_FOR_PAYMENT

    answer = client.post(
        address, {"version": version, "comment": "seen on the statement"}, follow=True
    )
    assert "The payment is noted" in answer.content.decode()
    assert "Payment received: seen on the statement" in _text(answer)
    assert _code(store.waiting) == Code.PROVISIONING

    again = client.post(address, {"version": version, "comment": "seen on the statement"})
    assert again.status_code == 409
    assert "SO000003 has moved on since this page was opened." in _text(again)


def test_the_second_of_two_people_is_refused_with_the_typing_kept(store, at):
    people = store.shop.people
    first, second = at(people.sven), at(people.harbor)
    address = _address(store, people.harbor, store.failed, "complete")
    version = _version(second, address)
    resubmit = _address(store, people.sven, store.failed, "resubmit")
    first.post(resubmit, {"version": _version(first, resubmit)})
    steps = OrderEvent.objects.count()

    answer = second.post(
        address, {"version": version, "comment": "made it myself", "vendor_id": "T-1"}
    )
    assert answer.status_code == 409
    assert "has moved on since this page was opened" in _text(answer)
    assert 'value="made it myself"' in answer.content.decode()
    assert (_code(store.failed), OrderEvent.objects.count()) == (Code.PROVISIONING, steps)


def test_parameters_are_corrected_with_their_types(store, at):
    people = store.shop.people
    client = at(people.sven)
    address = _address(store, people.sven, store.failed, "resubmit")
    page = client.get(address).content.decode()
    assert re.findall(r'name="value-\d" id="value-\d" value="([^"]*)"', page) == [
        "5",
        "false",
        "cleo.invalid",
        "",
        "",
    ]
    form = {"version": _version(client, address)}
    for place_, (name, kind, value) in enumerate(
        (
            ("domain", "text", "cleo.example"),
            ("seats", "number", "five"),
            ("", "yes_no", "false"),
            ("hosts", "json", '["a", 1]'),
        )
    ):
        form |= {f"name-{place_}": name, f"kind-{place_}": kind, f"value-{place_}": value}
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "Write a number with a point" in _text(refused)
    assert 'value="cleo.example"' in refused.content.decode()

    assert client.post(address, {**form, "value-1": "5"}).status_code == 302
    order = Order.objects.get(pk=store.failed)
    wanted = {"domain": "cleo.example", "seats": 5, "hosts": ["a", 1]}
    assert order.parameters == Operation.objects.get(pk=order.operation_id).parameters == wanted


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "a\x00b"),
        ("json", '"\\u0000"'),
        ("json", '"\\ud800"'),
        ("number", "1e999"),
        ("number", "NaN"),
        ("number", "9" * 5000),
        ("json", "[" * 3000),
        ("text", "x" * 5000),
    ],
)
def test_parameters_that_cannot_be_stored_are_refused_at_their_field(store, at, kind, value):
    people = store.shop.people
    client = at(people.sven)
    address = _address(store, people.sven, store.failed, "resubmit")
    form = {"version": _version(client, address), "name-0": "x", "kind-0": kind, "value-0": value}
    assert client.post(address, form).status_code == 422
    assert _code(store.failed) == Code.PROVISIONING_FAILED


def test_the_provider_completes_by_hand_and_anybody_cancels_what_failed(store, at):
    people = store.shop.people
    client = at(people.harbor)
    address = _address(store, people.harbor, store.failed, "complete")
    sent = {"version": _version(client, address), "comment": "made at the desk", "vendor_id": "T-1"}
    answer = client.post(address, sent, follow=True)
    assert _code(store.failed) == Code.COMPLETED
    assert "T-1" in _text(answer)

    buyer = at(people.cleo)
    address = _address(store, people.cleo, store.waiting, "cancel")
    sent = {"version": _version(buyer, address), "comment": "no longer needed"}
    assert "no longer needed" in _text(buyer.post(address, sent, follow=True))
    assert _code(store.waiting) == Code.CANCELLED


def test_the_provider_fails_an_order_by_hand_with_a_comment(store, at):
    people = store.shop.people
    client = at(people.harbor)
    address = _address(store, people.harbor, store.failed, "fail")
    sent = {"version": _version(client, address), "comment": ""}
    assert client.post(address, sent).status_code == 422
    assert _code(store.failed) == Code.PROVISIONING_FAILED

    answer = client.post(address, {**sent, "comment": "sold out at the vendor"}, follow=True)

    assert "sold out at the vendor" in _text(answer)
    assert _code(store.failed) == Code.PROVISIONING_FAILED
    assert client.post(address, {**sent, "comment": "again"}).status_code == 409
    page = _text(client.get(_address(store, people.harbor, store.failed)))
    assert "Resubmit" not in page
    assert "Cancel" in page


def test_roles_decide_who_acts(store, at):
    people = store.shop.people
    sven = people.sven
    for role, accept, cancel in (
        ("billing", 200, 403),
        ("support", 403, 200),
        ("read_only", 403, 403),
    ):
        login = f"sven.{role.replace('_', '')}"
        number = user(sven.account_id, login, f"Sven {role}", role=RoleCode(role))
        client = at(Person(sven.account_id, number, login, sven.host, login))
        assert client.get(f"/reseller/orders/{store.waiting}/").status_code == 200
        statuses = [
            client.get(_address(store, sven, store.waiting, act)).status_code
            for act in ("accept", "cancel")
        ]
        assert statuses == [accept, cancel], role
    # Sellers between read and do not act; what is not mounted does not exist.
    assert (
        at(people.ria).get(_address(store, people.ria, store.waiting, "accept")).status_code == 403
    )
    assert at(people.cleo).get(f"/customer/orders/{store.waiting}/accept/").status_code == 404


def test_home_pages_name_failed_orders_with_the_button_that_repairs_them(store, at):
    people = store.shop.people
    for who, panel in (("harbor", "provider"), ("sven", "reseller")):
        answer = at(people.all[who]).get(f"/{panel}/")
        assert "SO000002 · Mail Basic no such domain" in _text(answer)
        assert "Waiting for you: 1 failed order" in _text(answer)
        assert f'href="/{panel}/orders/{store.failed}/resubmit/"' in answer.content.decode()
    for who in ("ria", "rex"):
        assert "Failed orders" not in _text(at(people.all[who]).get("/reseller/"))

    # What a person ended for good cannot be sent again.
    operation = Order.objects.get(pk=store.failed).operation_id
    mark_failed(operation_id=operation, comment="never", actor=SETUP, now=NOW)
    page = at(people.harbor).get("/provider/").content.decode()
    assert f'href="/provider/orders/{store.failed}/cancel/"' in page
    assert f"{store.failed}/resubmit/" not in page


def test_the_search_of_every_page_finds_orders_by_number_and_id(store, at):
    people = store.shop.people
    for who, panel in (("harbor", "provider"), ("sven", "reseller"), ("cleo", "customer")):
        client = at(people.all[who])
        for text in ("so000002", f"ORD-{store.failed}", f"ord {store.failed}"):
            page = client.get(f"/{panel}/search/", {"q": text}).content.decode()
            assert f'href="/{panel}/orders/{store.failed}/"' in page, (who, text)
            assert "SO000003" not in page
    foreign = at(people.rex).get("/reseller/search/", {"q": f"ORD-{store.failed}"})
    assert "SO000002" not in foreign.content.decode()
    assert "SO000002" in at(people.sven).get("/reseller/search/", {"q": "2"}).content.decode()


def test_everything_is_said_in_german_too(store, at):
    client = at(store.shop.people.sven, language="de")
    said = _text(client.get(f"/reseller/orders/{store.failed}/"))
    for text in (
        "Beim Hersteller fehlgeschlagen",
        "Erneut bereitstellen lassen",
        "75,00 €",
        "Verlauf",
    ):
        assert text in said, text
    assert "Bestellungen" in _text(client.get("/reseller/orders/"))
