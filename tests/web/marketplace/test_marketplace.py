"""Browsing: the list, the page of a plan and for whom, as each kind of person sees them."""

import re
from html import unescape
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.catalog.models import CatalogPrice, Plan, SalesCategory
from entrepot.domain.parties.kinds import AccountKind
from tests.support.people import account
from tests.web.marketplace.conftest import Mall

LIST = "/reseller/marketplace/"


def _text(answer: Any) -> str:
    page = re.sub(r"<(script|style|head).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_each_panel_lists_plans_with_the_amounts_of_its_own_tier(mall: Mall) -> None:
    people = mall.shop.people
    # Mail Basic: 15.00 for Cleo, 12.00 for Sven, 11.00 for Ria, 10.00 for Harbor.
    sven = _text(mall.browser(people.sven).get(LIST))
    for text in ("Mail Basic", "€15.00", "€12.00", "20.0%", "Vault Plus", "€150.00"):
        assert text in sven, text
    assert "€11.00" not in sven
    cleo = _text(mall.browser(people.cleo).get("/customer/marketplace/"))
    assert "€15.00" in cleo
    assert "€12.00" not in cleo
    assert "Margin" not in cleo
    harbor = _text(mall.browser(people.harbor).get("/provider/marketplace/"))
    assert "€11.00" in harbor
    assert "€10.00" in harbor
    assert "€12.00" not in harbor
    assert "Cart" in harbor


def test_the_number_of_queries_does_not_depend_on_the_number_of_plans(mall: Mall) -> None:
    client = mall.browser(mall.shop.people.sven)
    client.get(LIST)
    counts = []
    for turn in ("a", "b"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        counts.append(len(asked))
        first = Plan.objects.get(pk=mall.shop.plan)
        for number in range(8):
            first.pk, first.sku_code, first.name = None, f"{turn}{number}", f"More {number}"
            first.save()
    assert counts[0] == counts[1]


def test_categories_search_and_pages_are_in_the_address(mall: Mall) -> None:
    shelf = SalesCategory.objects.create(code="safe", name={"en": "Safety", "de": "Sicherheit"})
    Plan.objects.filter(pk=mall.year).update(sales_category=shelf)
    client = mall.browser(mall.shop.people.sven)
    found = _text(client.get(f"{LIST}?category={shelf.id}"))
    assert "Vault Plus" in found
    assert "Mail Basic" not in found
    assert "Safety 1" in found
    assert "Other 1" in found
    assert "Mail Basic" in _text(client.get(f"{LIST}?category=0"))
    assert "Vault Plus" in _text(client.get(f"{LIST}?q=vault+0002"))
    assert "Nothing matches" in _text(client.get(f"{LIST}?q=nothing+here"))
    german = mall.browser(mall.shop.people.sven, language="de").get(LIST)
    assert "Sicherheit 1" in _text(german)
    assert "15,00 €" in _text(german).replace("\xa0", " ")


def test_the_page_of_a_plan_names_periods_prices_and_what_comes_with_it(mall: Mall) -> None:
    store = mall.shop
    client = mall.browser(store.people.sven)
    page = _text(client.get(f"{LIST}{store.plan}/?for={store.people.cleo.account_id}"))
    for text in (
        "For Cleo Clinics.",
        "Yearly, billed monthly",
        "€15.00",
        "€12.00",
        "20.0%",
        "2 Storage with each Seat",
        "Put into the cart",
    ):
        assert text in page, text
    provider = mall.browser(store.people.harbor).get(f"/provider/marketplace/{store.plan}/")
    assert provider.status_code == 200
    assert "Put into the cart" in _text(provider)


def test_a_plan_that_is_not_sold_or_an_account_of_others_does_not_exist(mall: Mall) -> None:
    client = mall.browser(mall.shop.people.sven)
    stranger = mall.shop.people.carl.account_id
    assert client.get(f"{LIST}?for={stranger}").status_code == 404
    assert client.get(f"{LIST}{mall.year}/?for={stranger}").status_code == 404
    Plan.objects.filter(pk=mall.year).update(is_published=False)
    assert client.get(f"{LIST}{mall.year}/").status_code == 404
    assert client.get(f"{LIST}999999999999/").status_code == 404


def test_without_a_period_nothing_goes_into_the_cart_and_the_typing_is_kept(mall: Mall) -> None:
    client = mall.browser(mall.shop.people.sven)
    form = {"period": "", f"units-{mall.shop.seat}": "7"}
    answer = client.post(f"{LIST}{mall.shop.plan}/add/", form)
    assert answer.status_code == 422
    assert "Choose a period." in _text(answer)
    assert 'value="7"' in answer.content.decode()
    assert "The cart is empty" in _text(client.get("/reseller/cart/"))


def test_a_period_without_a_price_cannot_be_chosen(mall: Mall) -> None:
    CatalogPrice.objects.filter(plan_period_id=mall.period).delete()
    client = mall.browser(mall.shop.people.sven)
    page = client.get(f"{LIST}{mall.year}/")
    assert "no price yet" in _text(page)
    assert "disabled" in page.content.decode()


def test_a_reseller_chooses_one_of_its_own_customers_or_itself(mall: Mall) -> None:
    people = mall.shop.people
    account(AccountKind.CUSTOMER, people.sven.account_id, "Dora Dental")
    client = mall.browser(people.sven)
    form = {"period": mall.shop.period, f"units-{mall.shop.seat}": "2"}
    client.post(f"{LIST}{mall.shop.plan}/add/", form)
    cart = _text(client.get("/reseller/cart/"))
    assert "Nobody is chosen yet" in cart
    assert "Choose for whom you order." in cart

    chooser = _text(client.get("/reseller/cart/customer/?q=dora"))
    assert "Dora Dental" in chooser
    assert "Cleo Clinics" not in chooser
    client.post("/reseller/cart/customer/", {"account": people.cleo.account_id})
    assert "Order for €30.00" in _text(client.get("/reseller/cart/"))
    # Sven has no chain of its own yet: nobody bills it.
    client.post("/reseller/cart/customer/", {"account": people.sven.account_id})
    page = client.get("/reseller/cart/")
    assert "not billed by anybody yet" in _text(page)
    assert 'value="2"' in page.content.decode()


def test_the_page_of_a_customer_and_the_top_bar_lead_to_an_order(mall: Mall) -> None:
    people = mall.shop.people
    client = mall.browser(people.sven)
    page = client.get(f"/reseller/customers/{people.cleo.account_id}/").content.decode()
    assert f'href="/reseller/marketplace/?for={people.cleo.account_id}"' in page
    assert "New order" in page
    assert "New order" not in mall.browser(people.harbor).get("/provider/").content.decode()
