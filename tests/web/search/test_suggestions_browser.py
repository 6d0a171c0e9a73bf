"""Suggestions while typing, in a browser: arrows walk, Escape closes, Enter shows all, and it is said aloud."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from entrepot.domain.parties.models import Account
from tests.support.chromium import barriers
from tests.web.home.world import RESELLER, a_customer, billed_world, browser_of, viewer_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FOCUSED = "document.activeElement.textContent.trim()"


@pytest.fixture
def page(transactional_db: None, open_at: Callable[..., Page], live_server: Any) -> Iterator[Page]:
    """A reseller's person on the list of customers; two of them begin with the same word."""
    billed_world(subscriptions=40)
    first = a_customer(RESELLER)
    second = Account.objects.filter(parent_id=RESELLER).exclude(pk=first).order_by("id")[0]
    for number, name in ((first, "Zephyr Foods"), (second.id, "Zephyr Legal")):
        Account.objects.filter(pk=number).update(name=name, name_key=name.lower())
    site = f"http://bench.localhost:{live_server.url.rpartition(':')[2]}"
    key = browser_of(viewer_of(RESELLER)).cookies[settings.SESSION_COOKIE_NAME].value
    page = open_at(site, "/reseller/customers/", key=key, reduced_motion="reduce")
    yield page
    assert page.problems == []  # type: ignore[attr-defined]


def test_suggestions_appear_are_walked_by_keyboard_and_closed(page):
    box = page.locator("#suggestions")
    page.keyboard.press("/")
    page.keyboard.type("Zeph")
    box.get_by_role("link", name="Zephyr Legal").wait_for()
    assert page.locator("#live").inner_text() == "2 suggestions"
    assert box.get_by_role("link").all_inner_texts()[2] == "All results"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == []

    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED).startswith("Zephyr Foods")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED) == "All results"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(FOCUSED).startswith("Zephyr Legal")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "global-search"
    expect(box.locator("a")).to_have_count(0)
    assert page.locator("#global-search").input_value() == "Zeph"

    page.keyboard.type("yr F")
    box.get_by_role("link", name="Zephyr Foods").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reseller/customers/*/")
    expect(page.get_by_role("heading", name="Zephyr Foods")).to_be_visible()


def test_nothing_found_is_said_and_leaving_the_box_closes_it(page):
    box = page.locator("#suggestions")
    page.locator("#global-search").fill("Quagga")
    box.get_by_text("Nothing found").wait_for()
    assert page.locator("#live").inner_text() == "Nothing found"

    size = page.viewport_size
    page.mouse.click(size["width"] - 30, size["height"] - 30)

    assert box.inner_html() == ""


def test_what_is_asked_for_before_escape_does_not_appear_after_it(page):
    page.locator("#global-search").fill("Zeph")
    page.locator("#suggestions a").first.wait_for()
    page.locator("#global-search").press_sequentially("yr")
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)

    assert page.locator("#suggestions").inner_html() == ""


def test_enter_shows_all_results_and_a_click_opens_one(page):
    page.locator("#global-search").fill("Zeph")
    page.locator("#suggestions").get_by_role("link", name="Zephyr Legal").click()
    page.get_by_role("heading", name="Zephyr Legal").wait_for()
    page.wait_for_load_state()

    page.locator("#global-search").fill("Zephyr")
    page.locator("#suggestions a").first.wait_for()
    page.keyboard.press("Enter")

    page.wait_for_url("**/reseller/search/?q=Zephyr")
    expect(page.get_by_role("heading", name="Companies")).to_be_visible()


def test_on_a_narrow_screen_the_search_page_has_its_own_box(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/reseller/search/")
    expect(page.locator("#global-search")).to_be_hidden()

    page.locator("main").get_by_label("Search everything").fill("Zephyr Foods")
    page.keyboard.press("Enter")

    page.wait_for_url("**q=Zephyr+Foods")
    expect(page.locator("main").get_by_role("link", name="Zephyr Foods")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_palette_goes_to_pages_and_results_by_keyboard_alone(page):
    palette = page.locator("#palette")
    page.keyboard.press("Control+k")
    palette.wait_for()
    assert page.evaluate("document.activeElement.name") == "q"
    expect(palette.get_by_role("link", name="Invoices")).to_have_count(2)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == []
    page.keyboard.type("issued")
    assert palette.locator("[data-page]:visible").all_inner_texts() == ["Issued invoices Customers"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/reseller/invoices/issued/")
    page.wait_for_load_state()

    page.keyboard.press("Control+k")
    page.keyboard.type("Zephyr L")
    palette.get_by_role("link", name="Zephyr Legal").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Zephyr Legal").wait_for()


def test_the_palette_closes_empty_and_gives_the_focus_back(page):
    page.locator("tbody th a").first.focus()
    before = page.evaluate("document.activeElement.href")
    page.keyboard.press("Control+k")
    page.keyboard.type("Zeph")
    page.locator("#palette-found a").first.wait_for()

    page.keyboard.press("Escape")
    page.locator("#palette").wait_for(state="hidden")

    assert page.evaluate("document.activeElement.href") == before
    page.keyboard.press("Control+k")
    assert page.locator("#palette input").input_value() == ""
    assert page.locator("#palette-found").inner_html() == ""
    assert page.locator("[data-page]:visible").count() == page.locator("[data-page]").count()
