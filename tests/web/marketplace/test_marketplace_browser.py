"""The way to an order in a browser: from the list to the result, with two clicks on the last button."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from entrepot.domain.ordering.models import Order
from tests.domain.resale.shop import add_period
from tests.support.chromium import barriers
from tests.web.marketplace.conftest import build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


def look(page: Page, name: str, width: int) -> None:
    """Check a page with axe and against its width; keep a picture if one is asked for."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    assert barriers(page) == [], name
    assert page.problems == [], name  # type: ignore[attr-defined]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("width", [1440, 320])
def test_a_plan_goes_through_the_cart_into_one_order(
    open_at: Callable[..., Page], live_server: Any, width: int
) -> None:
    mall = build()
    add_period(mall.shop.plan, mall.shop.seat, term_months=1, trial_days=14)
    client = mall.browser(mall.shop.people.sven)
    site = f"http://harbor.localhost:{live_server.url.rpartition(':')[2]}"
    key = client.cookies[settings.SESSION_COOKIE_NAME].value

    page = open_at(site, "/reseller/marketplace/", key=key, width=width)
    look(page, "list", width)
    page.get_by_role("link", name="Mail Basic").click()
    page.get_by_label("Yearly, billed monthly").check()
    page.get_by_role("button", name="More").click()
    look(page, "plan", width)
    page.get_by_role("button", name="Put into the cart").click()
    expect(page.get_by_text("“Mail Basic” is in the cart.")).to_be_visible()
    page.get_by_role("link", name="Choose customer…").click()
    page.get_by_role("button", name="Cleo Clinics").click()
    page.get_by_label("Purchase-order number").fill("PO 4711")
    look(page, "cart", width)
    # Two seats at 15.00.
    page.get_by_role("button", name="Order for €30.00").dblclick()

    expect(page.get_by_role("heading", name="Ordered")).to_be_visible()
    expect(page.get_by_text("PO 4711")).to_be_visible()
    look(page, "placed", width)
    order = Order.objects.get()
    assert (order.first_amount, order.purchase_order) == (30, "PO 4711")
