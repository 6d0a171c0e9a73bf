"""A promotion in a browser: promised by the seller, typed by the buyer, seen on the order."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from entrepot.domain.catalog.kinds import PriceKind
from tests.domain.resale.shop import add_price
from tests.support.chromium import barriers
from tests.web.marketplace.conftest import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


@pytest.fixture(scope="module", autouse=True)
def nothing_left(django_db_setup: None, browser: Browser) -> Iterator[None]:
    """Make the database before the browser; its loop has a connection of its own, which nobody else would close."""
    yield
    connection.close()


def look(page: Page, name: str, width: int) -> None:
    """Check a page with axe and against its width; keep a picture if one is asked for."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    assert barriers(page) == [], name
    assert page.problems == [], name  # type: ignore[attr-defined]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def _promise(page: Page, width: int) -> None:
    """Create a promotion, after a code that cannot be used and a rate that loses money."""
    look(page, "empty", width)
    page.get_by_role("link", name="New promotion…").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Spring")
    page.get_by_label("Off the price").fill("25")
    page.get_by_label("For the plan").fill("Mail Basic")
    page.get_by_label("Code", exact=False).first.fill("spring 26")
    page.get_by_role("button", name="See what it does…").click()
    expect(page.get_by_text("no blanks", exact=False).first).to_be_visible()
    # Browsers report the answer to a form with a fault as an error.
    page.problems.clear()  # type: ignore[attr-defined]
    look(page, "form", width)
    page.get_by_label("Code", exact=False).first.fill("spring-26")
    page.get_by_role("button", name="See what it does…").click()
    expect(page.get_by_text("This sells below your cost")).to_be_visible()
    look(page, "review", width)
    page.get_by_role("button", name="Change it").click()
    page.get_by_label("Off the price").fill("10")
    page.get_by_role("button", name="See what it does…").click()
    page.get_by_role("button", name="Create the promotion").click()
    expect(page.get_by_text("“Spring” was created.")).to_be_visible()


def _buy(shop: Page, width: int) -> None:
    """Order a seat with a code, after one that nobody knows."""
    shop.get_by_role("button", name="Put into the cart").click()
    shop.get_by_label("Promotion code").fill("Winter")
    shop.get_by_role("button", name="Update amounts").click()
    expect(shop.get_by_text("Nobody you buy from knows the code WINTER.")).to_be_visible()
    look(shop, "cart-refused", width)
    shop.get_by_label("Promotion code").fill("Spring-26")
    shop.get_by_role("button", name="Update amounts").click()
    # A seat at 15.00 less 1.50, and 60.00 once for set-up.
    expect(shop.get_by_text("−€1.50 with “Spring”")).to_be_visible()
    look(shop, "cart", width)
    shop.get_by_role("button", name="Order for €73.50").click()
    expect(shop.get_by_role("heading", name="Ordered")).to_be_visible()


def test_a_promise_is_made_and_kept(open_at: Callable[..., Page], live_server: Any) -> None:
    width = 390
    mall = build()
    add_price(mall.shop.period, mall.shop.seat, kind=PriceKind.SETUP, cost="40")
    people = mall.shop.people
    site = f"http://harbor.localhost:{live_server.url.rpartition(':')[2]}"
    key, buyer = (
        mall.browser(one).cookies[settings.SESSION_COOKIE_NAME].value
        for one in (people.sven, people.cleo)
    )

    page = open_at(site, "/reseller/promotions/", key=key, width=width)
    _promise(page, width)
    shop = open_at(site, f"/customer/marketplace/{mall.shop.plan}/", key=buyer, width=width)
    _buy(shop, width)

    page.reload()
    expect(page.get_by_role("link", name="Cleo Clinics")).to_be_visible()
    look(page, "page", width)
    page.get_by_role("link", name="SO000001").click()
    expect(page.get_by_text("10% off the price, for the first term")).to_be_visible()
    look(page, "order", width)
