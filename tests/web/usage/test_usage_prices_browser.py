"""Usage prices in a browser: readable for everyone in both themes, fit every width, set without scripts."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.support.chromium import barriers
from tests.web.usage.test_usage_prices import FORM, LIST, RESELLERS, confirm

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


@pytest.fixture
def open_page(open_at: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """Open an address with the session of a signed-in client."""

    def open_it(client: Client, address: str, **options: Any) -> Page:
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        site = f"http://harbor.localhost:{live_server.url.rpartition(':')[2]}"
        return open_at(site, address, key=key, **options)

    return open_it


def fill(page: Page) -> None:
    """Fill in the form of the tests of the screens."""
    if not page.locator("#id_limit_2").is_visible():
        page.locator("main form summary").click()
    for name in ("provider", "sku", "unit", "price_1", "limit_2", "price_2"):
        page.locator(f"#id_{name}").fill(FORM[name])
    page.locator("#id_month").select_option(FORM["month"])


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("de", "light")])
def test_list_form_and_review_are_readable_for_everyone_and_fit(
    open_page, used, sign_in, store, scheme, language
):
    client = sign_in(store.people.ria.account_id, language=language)
    confirm(client, RESELLERS, month="2026-03-01", limit_2="", price_2="")
    confirm(client, RESELLERS, month="2026-04-01")
    for width in (1440, 390, 320):
        page = open_page(client, RESELLERS, width=width, color_scheme=scheme)
        page.locator("details:has(small) > summary").last.click()
        look(page, f"prices-list-{width}-{scheme}-{language}", width)
        page.goto(page.url + "set/?sku=VM-1")
        look(page, f"prices-form-{width}-{scheme}-{language}", width)
        fill(page)
        page.locator("#id_price_1").fill("0.45")
        page.locator("main form button[type=submit]").click()
        page.wait_for_selector("input[name=step]", state="attached")
        look(page, f"prices-review-{width}-{scheme}-{language}", width)
        page.context.close()


def look(page: Page, name: str, width: int) -> None:
    """Check a page with axe and against its width; keep a picture if one is asked for."""
    if PICTURES and width != 320:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert barriers(page) == [], name
    assert page.problems == [], name  # type: ignore[attr-defined]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_price_is_set_without_scripts(open_page, hanna, used):
    page = open_page(hanna, LIST, java_script_enabled=False)
    page.get_by_role("link", name="Set a price…").first.click()
    fill(page)
    page.get_by_role("button", name="See what changes…").click()

    expect(page.get_by_text("They are €88.00 now and €70.00 then")).to_be_visible()
    page.get_by_role("button", name="Set the price").click()

    expect(page.get_by_text("The price is set; 1 stored total changed.")).to_be_visible()
    expect(page.get_by_text("0 to 100: €0.50")).to_be_visible()
