"""From the cart to orders: what the page says is what is ordered and billed, once; refusals lose nothing."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.models import CatalogPrice, Plan
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Connector, VendorOffer
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.daily_billing import run_day
from entrepot.flows.provisioning import surroundings
from tests.domain.resale.shop import add_period
from tests.support.people import SETUP
from tests.web.marketplace.conftest import NOW, Mall, put

CART, CHANGE, ORDER = "/reseller/cart/", "/reseller/cart/change/", "/reseller/cart/order/"
Filled = Callable[..., Client]
MONEY = re.compile(r"[€$£]\s?\d|\d\s?€")


def _text(answer: Any) -> str:
    """Give what people read on a page, without tags."""
    page = re.sub(r"<(script|style|head).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def _form(answer: Any) -> dict[str, str]:
    """Give the fields of a page's forms, as a browser sends them."""
    fields = re.findall(r"<input([^>]*)>", answer.content.decode())
    found = {}
    for field in fields:
        name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
        if name and name[1] not in ("q", "csrfmiddlewaretoken"):
            found[name[1]] = unescape(value[1]) if value else ""
    return found


def _order(client: Client, **more: str) -> Any:
    return client.post(ORDER, {**_form(client.get(CART)), **more})


def test_a_reseller_orders_two_plans_for_a_customer_and_is_billed_what_it_saw(
    mall: Mall, filled: Filled
) -> None:
    client = filled()
    page = _text(client.get(CART))
    # 5 seats at 15.00 a month, 2 vaults at 150.00 a year; Sven pays 12.00 and 120.00.
    for text in ("Cleo Clinics", "€75.00", "€300.00", "€60.00", "€240.00", "Order for €375.00"):
        assert text in page, text
    assert "a month from 10 Apr 2026" in page
    assert "a year from 10 Mar 2027" in page
    assert "20.0%" in page

    answer = _order(client, purchase_order="PO 4711")
    assert answer.status_code == 302
    done = client.get(answer["Location"])
    assert done.status_code == 200
    result = _text(done)
    for text in ("SO000001", "SO000002", "€75.00", "€300.00", "PO 4711", "Cleo Clinics"):
        assert text in result, text
    orders = list(Order.objects.order_by("place"))
    for one in orders:
        assert f'href="/reseller/orders/{one.id}/"' in done.content.decode()
    assert [(o.first_amount, o.period_amount, o.purchase_order) for o in orders] == [
        (Decimal(75), Decimal(75), "PO 4711"),
        (Decimal(300), Decimal(300), "PO 4711"),
    ]

    run_day(day=date(2026, 3, 10), now=NOW)
    billed = {
        o.id: Charge.objects.get(subscription_id=o.subscription_id, tier=3).net for o in orders
    }
    assert list(billed.values()) == [o.first_amount for o in orders]
    assert "The cart is empty" in _text(client.get(CART))


def test_a_form_that_is_sent_twice_orders_once_and_shows_the_same_result(filled: Filled) -> None:
    client = filled()
    form = _form(client.get(CART))
    first, second = client.post(ORDER, form), client.post(ORDER, form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == Subscription.objects.count() == 2


def test_two_requests_at_once_of_one_form_order_once(mall: Mall, filled: Filled) -> None:
    client = filled()
    form = _form(client.get(CART))
    session = dict(client.session)
    client.post(ORDER, form)
    # What the second request has read before the first one wrote.
    stale = client.session
    for name, value in session.items():
        stale[name] = value
    del stale[f"placed-{mall.shop.people.sven.account_id}"]
    stale.save()
    again = client.post(ORDER, form)
    assert again.status_code == 302
    assert Order.objects.count() == 2
    assert "SO000002" in _text(client.get(again["Location"]))


def test_changed_prices_are_asked_again_with_the_old_and_the_new_amounts(filled: Filled) -> None:
    client = filled()
    form = _form(client.get(CART))
    CatalogPrice.objects.filter(retail_price=15).update(retail_price=16)
    asked = client.post(ORDER, {**form, "purchase_order": "PO 9"})
    assert asked.status_code == 409
    text = _text(asked)
    for amount in ("€375.00", "€380.00", "€75.00", "€80.00", "Order for €380.00"):
        assert amount in text, amount
    assert not Order.objects.exists()

    answer = client.post(ORDER, _form(asked))
    assert answer.status_code == 302
    # 5 x 16 and 2 x 150.
    assert [o.first_amount for o in Order.objects.order_by("place")] == [80, 300]
    assert {o.purchase_order for o in Order.objects.all()} == {"PO 9"}


def test_units_that_were_typed_without_an_update_are_asked_again_and_not_ordered_unseen(
    mall: Mall, filled: Filled
) -> None:
    client = filled()
    asked = _order(client, **{f"units-1-{mall.shop.seat}": "6"})
    assert asked.status_code == 409
    assert "Order for €390.00" in _text(asked)
    assert not Order.objects.exists()
    assert client.post(ORDER, _form(asked)).status_code == 302
    assert Order.objects.get(place=0).first_amount == 90


def test_a_cart_that_was_changed_in_another_window_is_shown_again(
    mall: Mall, filled: Filled
) -> None:
    client = filled()
    old = _form(client.get(CART))
    client.post(CHANGE, {"remove": "2"})
    answer = client.post(ORDER, old)
    assert answer.status_code == 409
    assert "changed meanwhile" in _text(answer)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "at least one unit"),
        ("-1", "cannot be below zero"),
        ("1.5", "Only whole units"),
        ("1000000000", "at most 10,000,000"),
        ("many", "This is no number"),
        ("1e9", "This is no number"),
    ],
)
def test_a_quantity_that_nobody_can_mean_is_said_at_its_line_and_kept(
    mall: Mall, filled: Filled, typed: str, said: str
) -> None:
    client = filled()
    field = f"units-1-{mall.shop.seat}"
    client.post(CHANGE, {field: typed, "purchase_order": "PO 1"})
    page = client.get(CART)
    text = _text(page)
    assert said in text
    # The other line is still priced, the typing is kept, and nothing can be ordered.
    assert "€300.00" in text
    assert _form(page)[field] == typed
    assert _form(page)["purchase_order"] == "PO 1"
    assert _order(client).status_code == 422
    assert not Order.objects.exists()


def test_what_cannot_be_ordered_is_said_at_its_line(mall: Mall, filled: Filled) -> None:
    client = filled()
    Plan.objects.filter(pk=mall.year).update(is_published=False)
    text = _text(client.get(CART))
    assert "Vault Plus" in text
    assert "not sold any more" in text
    assert "€75.00" in text
    assert _order(client).status_code == 422

    Plan.objects.filter(pk=mall.year).update(is_published=True)
    CatalogPrice.objects.filter(retail_price=150).delete()
    assert "no price yet on every step" in _text(client.get(CART))
    assert _order(client).status_code == 422
    assert not Order.objects.exists()


def test_a_resting_vendor_and_a_hold_are_said_and_nothing_is_lost(
    mall: Mall, filled: Filled
) -> None:
    client = filled()
    vendor = Plan.objects.get(pk=mall.shop.plan).service.vendor_id
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=vendor,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    Connector.objects.update(is_active=False)
    assert "connector rests" in _text(client.get(CART))
    assert _order(client).status_code == 422
    Connector.objects.update(is_active=True)

    Account.objects.filter(pk=mall.shop.people.cleo.account_id).update(credit_hold=True)
    text = _text(client.get(CART))
    assert "is on hold" in text
    assert "Order for €375.00" in text
    assert _order(client, purchase_order="PO 3").status_code == 422
    assert not Order.objects.exists()
    Account.objects.update(credit_hold=False)
    assert _order(client).status_code == 302
    assert Order.objects.filter(purchase_order="PO 3").count() == 2


def test_fields_that_nobody_asked_for_are_ignored(mall: Mall, filled: Filled) -> None:
    client = filled()
    odd = {"price": "1", "first_amount": "1", "tenant_id": "1", "status": "CP", "customer_id": "1"}
    odd["account"] = odd["for"] = str(mall.shop.people.carl.account_id)
    assert _order(client, **odd).status_code == 302
    orders = Order.objects.order_by("place")
    assert [o.first_amount for o in orders] == [75, 300]
    assert {o.customer_id for o in orders} == {mall.shop.people.cleo.account_id}

    put(client, mall.shop.plan, mall.shop.period, mall.shop.seat, "1", mall)
    for confirmed in ("1.00", "", "NaN", "x" * 100):
        assert _order(client, confirmed=confirmed).status_code == 409
    assert Order.objects.count() == 2


def test_a_purchase_order_number_has_a_bound(filled: Filled) -> None:
    client = filled()
    answer = _order(client, purchase_order="x" * 81)
    assert answer.status_code == 422
    assert "At most 80 visible characters" in _text(answer)
    assert _form(answer)["purchase_order"] == "x" * 81
    assert _order(client, purchase_order="x" * 80).status_code == 302


def test_a_cart_that_costs_nothing_is_confirmed_as_the_last_step(filled: Filled) -> None:
    client = filled()
    CatalogPrice.objects.update(retail_price=0, unit_cost=0)
    asked = _order(client)
    assert asked.status_code == 200
    assert "This order costs nothing" in _text(asked)
    assert not Order.objects.exists()
    assert client.post(ORDER, _form(asked)).status_code == 302
    assert Order.objects.count() == 2


def test_a_trial_is_ordered_without_that_step_and_says_when_it_is_billed(mall: Mall) -> None:
    store = mall.shop
    trial = add_period(store.plan, store.seat, trial_days=14, term_months=1)
    client = mall.browser(store.people.sven)
    put(client, store.plan, trial, store.seat, "1", mall)
    text = _text(client.get(CART))
    # 14 days from 10 March are free.
    assert "after the trial, 24 Mar 2026" in text
    assert "14 days free trial" in text
    CatalogPrice.objects.update(retail_price=0, unit_cost=0)
    assert _order(client).status_code == 302


def test_support_without_prices_orders_and_reads_no_amount(mall: Mall, filled: Filled) -> None:
    client = filled(role=RoleCode.SUPPORT)
    pages = [
        client.get("/reseller/marketplace/"),
        client.get(f"/reseller/marketplace/{mall.shop.plan}/"),
        client.get(CART),
    ]
    for page in pages:
        assert not MONEY.search(_text(page))
    cart = pages[-1].content.decode()
    assert "Place the order" in cart
    assert "confirmed" not in cart
    assert "375" not in cart
    answer = _order(client)
    assert answer.status_code == 302
    assert not MONEY.search(_text(client.get(answer["Location"])))
    assert [o.first_amount for o in Order.objects.order_by("place")] == [75, 300]


def test_read_only_people_browse_and_do_not_order(mall: Mall) -> None:
    client = mall.browser(mall.shop.people.sven, role=RoleCode.READ_ONLY)
    page = client.get(f"/reseller/marketplace/{mall.shop.plan}/")
    assert page.status_code == 200
    assert "Put into the cart" not in _text(page)
    assert client.get(CART).status_code == 403
    assert client.post(ORDER, {}).status_code == 403
    assert client.post(f"/reseller/marketplace/{mall.shop.plan}/add/", {}).status_code == 403


def test_a_customer_orders_for_itself_at_its_own_price_only(mall: Mall) -> None:
    store = mall.shop
    client = mall.browser(store.people.cleo)
    client.post(
        f"/customer/marketplace/{store.plan}/add/",
        {"period": store.period, f"units-{store.seat}": "3", "for": store.people.carl.account_id},
    )
    page = client.get("/customer/cart/")
    text = _text(page)
    assert "Order for €45.00" in text
    assert "Your cost" not in text
    answer = client.post("/customer/cart/order/", _form(page))
    assert answer.status_code == 302
    assert Order.objects.get().customer_id == store.people.cleo.account_id


def test_the_cart_of_a_stranger_stays_empty_and_foreign_results_do_not_exist(
    mall: Mall, filled: Filled
) -> None:
    answer = _order(filled())
    rex = mall.browser(mall.shop.people.rex)
    assert rex.get(answer["Location"]).status_code == 404
    assert "The cart is empty" in _text(rex.get(CART))
    foreign = {"account": mall.shop.people.cleo.account_id}
    assert rex.post("/reseller/cart/customer/", foreign).status_code == 404


def test_a_customer_that_went_to_another_seller_leaves_the_cart(mall: Mall, filled: Filled) -> None:
    client = filled()
    people = mall.shop.people
    ria = Account.objects.get(pk=people.ria.account_id)
    Account.objects.filter(pk=people.cleo.account_id).update(
        parent=ria, path=f"{ria.path}{people.cleo.account_id}."
    )
    page = client.get(CART)
    assert page.status_code == 200
    assert "Nobody is chosen yet" in _text(page)
    assert _form(page)[f"units-1-{mall.shop.seat}"] == "5"
    assert client.get("/reseller/marketplace/").status_code == 200
    assert client.post(ORDER, _form(page)).status_code == 422
    assert not Order.objects.exists()


def test_what_the_vendor_asks_for_is_asked_at_the_plan_and_sent_with_the_order(mall: Mall) -> None:
    store = mall.shop
    plan = Plan.objects.get(pk=store.plan)
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=plan.service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    properties = {
        "domain": {"type": "string", "title": "Domain name"},
        "region": {"type": "string", "enum": ["eu", "us"]},
        "seats": {"type": "integer", "title": "Guests"},
        "nested": {"type": "object"},
    }
    schema = {"properties": properties, "required": ["domain"]}
    VendorOffer.objects.create(
        connector=Connector.objects.get(),
        service_id=plan.product_code,
        plan_id=plan.sku_code,
        name="Mail",
        plan_name="Basic",
        schemas={"service_instance": {"create": {"parameters": schema}}},
        seen_at=NOW,
    )
    client = mall.browser(store.people.sven)
    page = _text(client.get(f"/reseller/marketplace/{store.plan}/"))
    assert "Domain name" in page
    assert "Guests" in page
    form = {
        "for": store.people.cleo.account_id,
        "period": store.period,
        f"units-{store.seat}": "1",
        "asked-0": "",
        "asked-1": "4",
        "asked-2": "eu",
    }
    client.post(f"/reseller/marketplace/{store.plan}/add/", form)
    assert "needs “Domain name”" in _text(client.get(CART))
    assert _order(client).status_code == 422

    # A whole number and one of two regions are asked for.
    for wrong, said in (
        ({"asked-1": "four"}, "Guests"),
        ({"asked-1": "1.5"}, "Guests"),
        ({"asked-2": "moon"}, "region"),
    ):
        client.post(CHANGE, {"remove": "1"})
        odd = {**form, "asked-0": "cleo.example", **wrong}
        answer = client.post(f"/reseller/marketplace/{store.plan}/add/", odd, follow=True)
        page = answer.content.decode() + client.get(CART).content.decode()
        assert said in page, wrong
        assert 'class="error' in page or 'role="alert"' in page, wrong
        assert _order(client).status_code == 422, wrong
        assert not Order.objects.exists(), wrong

    client.post(CHANGE, {"remove": "1"})
    client.post(f"/reseller/marketplace/{store.plan}/add/", {**form, "asked-0": "cleo.example"})
    assert "cleo.example" in _text(client.get(CART))
    assert _order(client).status_code == 302
    assert Order.objects.get().parameters == {"domain": "cleo.example", "region": "eu", "seats": 4}
