"""The set-up and a first customer in a browser: pictures, axe, and the mark-up that follows while typing."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, User
from entrepot.domain.resale.commands import Terms
from entrepot.domain.resale.models import SellerPrice
from entrepot.flows import onboarding
from entrepot.web.access.menu import has_address
from tests.domain.resale.shop import shop
from tests.support.chromium import barriers
from tests.support.people import NOW, SETUP

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


def look(page: Page, name: str) -> None:
    """Check a page with axe and against its width: wide and light, narrow and dark; keep pictures if asked for."""
    for width, theme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        # Colours change over a tenth of a second.
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
        assert barriers(page) == [], (name, width)
    page.set_viewport_size({"width": 1440, "height": 900})
    # A refused form answers with 422, which the browser logs.
    problems = [text for text in page.problems if "422" not in text]  # type: ignore[attr-defined]
    assert problems == [], name


def _nora() -> str:
    """Open a reseller and return the key of its person's session."""
    store = shop()
    opened = onboarding.open_customer(
        store.people.harbor.viewer(),
        company=onboarding.Company(name="Nora Netze GmbH", country="DE", language="en"),
        person=onboarding.FirstPerson(login="nora.admin", display_name="Nora Nilsson"),
        terms=Terms(),
        market="DE",
        request_key="a" * 32,
        kind=AccountKind.RESELLER,
        actor=SETUP,
        now=NOW,
    )
    client = Client(SERVER_NAME="harbor.localhost")
    client.force_login(
        User.objects.get(pk=opened.user_id), backend=settings.AUTHENTICATION_BACKENDS[0]
    )
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_reseller_sets_itself_up_and_hands_a_customer_over(
    open_at: Callable[..., Page], live_server: Any
) -> None:
    has_address.cache_clear()
    key = _nora()
    site = f"http://harbor.localhost:{live_server.url.rpartition(':')[2]}"
    page = open_at(site, "/reseller/", key=key)
    expect(page.get_by_role("heading", name="Set-up", exact=True)).to_be_visible()
    look(page, "setup")
    page.get_by_role("link", name="Begin").click()
    page.get_by_label("I know that the sales currency stays for ever.").check()
    look(page, "setup-company")
    page.get_by_role("button", name="Store and go on").click()
    expect(page.get_by_label("Sell Mail Basic")).to_be_checked()
    look(page, "setup-plans")
    page.get_by_role("button", name="Store and go on").click()
    page.get_by_label("Mark-up", exact=True).fill("20")
    page.get_by_role("button", name="Set the mark-up").click()
    price, percent = (page.get_by_label(f"{what} of Mail Basic") for what in ("Price", "Mark-up"))
    expect(price).to_have_value("13.20")
    # Scripts are modules: they run after the page was read.
    page.wait_for_load_state()
    # 11.00 and 25 % are 13.75; 16.50 is 50 % more than 11.00.
    percent.fill("25")
    expect(price).to_have_value("13.75")
    price.fill("16.50")
    expect(percent).to_have_value("50.00")
    look(page, "setup-prices")
    page.get_by_role("button", name="Store and go on").click()
    expect(page.get_by_label("Address for signing in")).to_have_value("nora.harbor.localhost")
    look(page, "setup-brand")
    page.get_by_role("button", name="Store and go on").click()
    expect(page.get_by_role("link", name="Try an order under your own name")).to_be_visible()
    look(page, "setup-finished")
    assert str(SellerPrice.objects.get().unit_price.normalize()) == "16.5"
    _open_customer(page)
    _type_prices(page)


def _type_prices(page: Page) -> None:
    """The price manager counts margins, shares of the price: 11.00 with 20 % is 13.75; in German with a comma."""
    for language, figures in (
        ("en", (("margin", "20", "price", "13.75"), ("price", "22.00", "margin", "50.00"))),
        ("de", (("margin", "12,5", "price", "12,57"), ("price", "1.100,00", "margin", "99,00"))),
    ):
        User.objects.filter(login="nora.admin").update(language=language)
        page.goto("/reseller/prices/")
        page.wait_for_load_state()
        for typed, text, other, follows in figures:
            page.locator(f'[data-money="{typed}"]').first.fill(text)
            expect(page.locator(f'[data-money="{other}"]').first).to_have_value(follows)


def _open_customer(page: Page) -> None:
    page.get_by_role("link", name="New customer").click()
    page.get_by_label("Company").fill("Mona Möbel GmbH")
    page.get_by_label("Login name").fill("mona.admin")
    page.get_by_label("Name of the person").fill("Mona Moll")
    page.get_by_label("Telephone").first.fill("12")
    page.get_by_role("button", name="Open the customer").click()
    expect(page.get_by_text("is not a telephone number of its country").first).to_be_visible()
    look(page, "customer-new-refused")
    page.get_by_label("Telephone").first.fill("0431 123456")
    page.get_by_role("button", name="Open the customer").dblclick()
    expect(page.get_by_text("The link is shown only now.")).to_be_visible()
    look(page, "hand-over")
    assert Account.objects.filter(name="Mona Möbel GmbH").count() == 1
    page.get_by_role("link", name="To the account").click()
    page.get_by_role("textbox", name="New note").fill("Calls on Mondays only")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("The note is kept.")).to_be_visible()
    look(page, "customer-page")
    page.get_by_role("link", name="Timeline").click()
    expect(page.get_by_text("Account opened")).to_be_visible()
    look(page, "customer-timeline")
    page.get_by_role("link", name="Customers").first.click()
    expect(page.get_by_role("link", name="Mona Möbel GmbH")).to_be_visible()
    look(page, "customer-list")
