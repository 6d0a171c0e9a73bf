"""Plans that need other plans: what comes into the cart by itself, what stays, and what is refused."""

from decimal import Decimal

import pytest
from django.test import Client

from entrepot.domain.catalog.commands import set_needs
from entrepot.domain.catalog.errors import CatalogInput, CatalogRefused
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource
from entrepot.domain.ordering.models import Order
from entrepot.domain.resale.buyers import buyer_for
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.marketplace import order_cart
from entrepot.flows.marketplace_lines import CartLine
from tests.domain.resale.shop import add_period
from tests.support.people import SETUP
from tests.web.marketplace.conftest import NOW, Mall, put
from tests.web.marketplace.test_checkout import CART, CHANGE, ORDER, _form, _order, _text


def _need(plan: int, needed: int, *, same: bool = True) -> None:
    set_needs(plan_id=plan, needs={needed: same}, actor=SETUP, now=NOW)


def _names(client: Client, account: int) -> list[tuple[str, bool]]:
    cart = client.session.get(f"cart-{account}", {"lines": []})
    return [(line["name"], line["is_added"]) for line in cart["lines"]]


def test_what_a_plan_needs_comes_with_its_own_units_and_prices_and_is_ordered_with_it(
    mall: Mall,
) -> None:
    _need(mall.year, mall.shop.plan)
    people = mall.shop.people
    client = mall.browser(people.sven)
    page = _text(client.get(f"/reseller/marketplace/{mall.year}/?for={people.cleo.account_id}"))
    assert "Needed with it Mail Basic comes into the cart with it" in page

    put(client, mall.year, mall.period, mall.vault, "3", mall)
    text = _text(client.get(CART))
    assert "“Mail Basic” was added because “Vault Plus” needs it." in text
    assert "Added because it is needed by “Vault Plus”" in text
    # 3 vaults at 150.00 a year and as many seats at 15.00 a month.
    assert "Order for €495.00" in text
    # Its units are its own: 4 seats make 60.00.
    client.post(CHANGE, {**_form(client.get(CART)), f"units-2-{mall.shop.seat}": "4"})
    assert "Order for €510.00" in _text(client.get(CART))
    assert _order(client).status_code == 302
    assert [(o.plan_name, o.first_amount) for o in Order.objects.order_by("place")] == [
        ("Vault Plus", 450),
        ("Mail Basic", 60),
    ]
    # What is ordered is there: the next vault comes alone.
    put(client, mall.year, mall.period, mall.vault, "1", mall)
    assert _names(client, people.sven.account_id) == [("Vault Plus", False)]


def test_a_needed_plan_stays_until_all_that_need_it_go(mall: Mall) -> None:
    _need(mall.year, mall.shop.plan)
    sven = mall.shop.people.sven
    client = mall.browser(sven)
    put(client, mall.year, mall.period, mall.vault, "3", mall)
    form = _form(client.get(CART))
    refused = client.post(CHANGE, {**form, f"units-1-{mall.vault}": "7", "remove": "2"})
    assert refused.status_code == 409
    text = _text(refused)
    assert "“Mail Basic” stays in the cart because it is needed by: Vault Plus." in text
    assert "Order for €1,095.00" in text  # 7 x 150 + 3 x 15
    assert client.post(CHANGE, {**form, "remove_all": "2"}).status_code == 302
    assert "The cart is empty" in _text(client.get(CART))

    put(client, mall.year, mall.period, mall.vault, "3", mall)
    client.post(CHANGE, {**_form(client.get(CART)), "remove": "1"})
    assert "“Mail Basic” was taken out" in _text(client.get(CART))
    assert _names(client, sven.account_id) == []

    # Who chooses it keeps it, also when the other one goes.
    put(client, mall.year, mall.period, mall.vault, "3", mall)
    put(client, mall.shop.plan, mall.shop.period, mall.shop.seat, "5", mall)
    client.post(CHANGE, {**_form(client.get(CART)), "remove": "1", "remove_all": ""})
    assert _names(client, sven.account_id) == [("Mail Basic", False)]
    odd = client.post(CHANGE, {"remove": "x", "remove_all": "9" * 40})
    assert odd.status_code == 302


def test_a_running_subscription_is_enough_and_is_looked_at_again_when_the_order_is_placed(
    mall: Mall,
) -> None:
    _need(mall.year, mall.shop.plan)
    people = mall.shop.people
    running = Subscription.objects.filter(pk=mall.shop.subscribe())
    client = mall.browser(people.sven)
    page = _text(client.get(f"/reseller/marketplace/{mall.year}/?for={people.cleo.account_id}"))
    assert "Mail Basic Cleo Clinics has it" in page
    put(client, mall.year, mall.period, mall.vault, "2", mall)
    form = _form(client.get(CART))
    assert _names(client, people.sven.account_id) == [("Vault Plus", False)]

    running.update(status="cancelled")
    refused = client.post(ORDER, form)
    assert refused.status_code == 422
    assert "“Mail Basic” has to be bought with it and is not in the cart." in _text(refused)
    viewer = people.sven.viewer(now=NOW)
    with pytest.raises(CatalogRefused) as seen:
        order_cart(
            viewer,
            buyer=buyer_for(viewer, account_id=people.cleo.account_id),
            lines=[CartLine(1, mall.period, "Vault Plus", {mall.vault: "2"})],
            purchase_order="",
            request_key="k",
            confirmed=Decimal(300),
            is_free_confirmed=False,
            actor=SETUP,
            now=NOW,
        )
    assert seen.value.code == "need_missing"
    assert "Vault Plus needs Mail Basic, and Cleo Clinics does not have it." in seen.value.text()
    assert not Order.objects.exists()
    # The next update of the amounts brings it.
    client.post(CHANGE, form)
    assert _names(client, people.sven.account_id) == [("Vault Plus", False), ("Mail Basic", True)]

    # Somebody who has it again does not buy it twice: choosing the customer takes it out.
    running.update(status="active")
    client.post("/reseller/cart/customer/", {"account": people.cleo.account_id})
    assert _names(client, people.sven.account_id) == [("Vault Plus", False)]


def test_chains_bring_all_and_an_end_that_is_not_sold_refuses_the_beginning(mall: Mall) -> None:
    shop = mall.shop
    base = Plan.objects.create(
        service=Plan.objects.get(pk=shop.plan).service,
        tax_category_id=shop.category,
        name="Tenant",
        product_code="TENANT",
        sku_code="1",
    )
    PlanResource.objects.create(plan=base, resource_id=shop.seat)
    month = add_period(base.id, shop.seat, term_months=1)
    year = add_period(base.id, shop.seat)
    _need(mall.year, shop.plan)
    _need(shop.plan, base.id, same=False)
    sven = shop.people.sven.account_id
    client = mall.browser(shop.people.sven)
    put(client, mall.year, mall.period, mall.vault, "3", mall)
    assert _names(client, sven) == [("Vault Plus", False), ("Mail Basic", True), ("Tenant", True)]
    # Of its two periods the one of a year fits the plan that needs it; 450 + 45 + 15.
    lines = client.session[f"cart-{sven}"]["lines"]
    assert [line["period"] for line in lines] == [mall.period, shop.period, year]
    assert month != year
    assert "Order for €510.00" in _text(client.get(CART))
    refused = client.post(CHANGE, {**_form(client.get(CART)), "remove": "3"})
    assert "is needed by: Vault Plus, Mail Basic." in _text(refused)

    form = _form(client.get(CART))
    Plan.objects.filter(pk=base.id).update(is_published=False)
    late = client.post(ORDER, form)
    assert late.status_code == 422
    assert "This plan is not sold any more" in _text(late)
    client.post(CHANGE, form)
    text = _text(client.get(CART))
    assert "“Tenant” has to be bought with it and cannot be ordered here" in text
    client.post(CHANGE, {**_form(client.get(CART)), "remove": "1"})
    assert _names(client, sven) == []
    client.post(
        f"/reseller/marketplace/{mall.year}/add/",
        {"for": shop.people.cleo.account_id, "period": mall.period, f"units-{mall.vault}": "1"},
    )
    answer = client.post(
        f"/reseller/marketplace/{mall.year}/add/",
        {"for": shop.people.cleo.account_id, "period": mall.period, f"units-{mall.vault}": "1"},
    )
    assert answer.status_code == 409
    assert "“Mail Basic” needs “Tenant”, which cannot be ordered here" in _text(answer)
    assert _names(client, sven) == []
    # A base without a price in this market is as one that is not published.
    Plan.objects.filter(pk=base.id).update(is_published=True)
    PlanPeriod.objects.filter(plan=base).update(is_active=False)
    page = _text(client.get(f"/reseller/marketplace/{shop.plan}/"))
    assert "Tenant cannot be ordered here" in page


def test_plans_do_not_need_each_other_in_a_circle(mall: Mall) -> None:
    _need(mall.year, mall.shop.plan)
    with pytest.raises(CatalogInput) as seen:
        _need(mall.shop.plan, mall.year)
    assert seen.value.code == "plan_needs_circle"
    assert "Vault Plus (VAULT:0002) needs this plan already" in seen.value.text()


def test_one_of_alternatives_is_enough_and_the_first_that_is_sold_comes(mall: Mall) -> None:
    shop = mall.shop
    other = Plan.objects.create(
        service=Plan.objects.get(pk=shop.plan).service,
        tax_category_id=shop.category,
        name="Mail Pro",
        product_code="PRO",
        sku_code="1",
    )
    PlanResource.objects.create(plan=other, resource_id=shop.seat)
    add_period(other.id, shop.seat)
    harbor = mall.browser(shop.people.harbor)
    url = f"/provider/plans/{mall.year}/needs/"
    assert harbor.post(url, {"code": "PRO:1"}).status_code == 302
    added = {"code": "MAIL:0001", "instead_of": str(other.id)}
    assert harbor.post(url, {**added, "instead_of": "77777"}).status_code == 422
    assert harbor.post(url, added).status_code == 302
    assert _text(harbor.get(url)).count("alternative 1") == 2

    sven = shop.people.sven.account_id
    client = mall.browser(shop.people.sven)
    page = _text(client.get(f"/reseller/marketplace/{mall.year}/"))
    assert "Mail Pro or Mail Basic comes into the cart with it" in page
    put(client, mall.year, mall.period, mall.vault, "1", mall)
    assert _names(client, sven) == [("Vault Plus", False), ("Mail Pro", True)]
    # The other one does as well: with it in the cart the first goes.
    put(client, shop.plan, shop.period, shop.seat, "5", mall)
    assert _names(client, sven) == [("Vault Plus", False), ("Mail Basic", False)]
    client.post(CHANGE, {**_form(client.get(CART)), "remove_all": "3"})
    assert _names(client, sven) == []
    Plan.objects.filter(pk=other.id).update(is_published=False)
    put(client, mall.year, mall.period, mall.vault, "1", mall)
    assert _names(client, sven) == [("Vault Plus", False), ("Mail Basic", True)]
