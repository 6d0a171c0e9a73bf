"""Lists and pages of documents in a browser: readable for everyone, one explanation open, the way back works."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.support.chromium import barriers
from tests.web.invoices.conftest import HOSTS, Story
from tests.web.invoices.story import CLEO, HARBOR, RIA

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


@pytest.fixture
def open_page(
    open_at: Callable[..., Page], live_story: Story, live_server: Any
) -> Callable[..., Page]:
    """Open an address as the person of an account."""

    def open_it(account_id: int, address: str, **options: Any) -> Page:
        key = live_story.browser(account_id).cookies[settings.SESSION_COOKIE_NAME].value
        site = f"http://{HOSTS[account_id]}:{live_server.url.rpartition(':')[2]}"
        return open_at(site, address, key=key, **options)

    return open_it


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page where ENTREPOT_PICTURES names a directory."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_the_pages_are_readable_for_everyone_and_fit(open_page, live_story):
    pages = [
        ("page", CLEO, f"{live_story.page}?why=4"),
        ("received", CLEO, "/customer/invoices/"),
        ("issued", RIA, "/reseller/invoices/issued/"),
        ("nothing", HARBOR, "/provider/invoices/?q=nobody"),
        ("sold", HARBOR, f"/provider/invoices/{live_story.invoice.id - 1}/"),
    ]
    for name, account_id, address in pages:
        page = open_page(account_id, address, width=1440)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            picture(page, f"{name}-{width}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        # What moves on a narrow page; colours in light and dark are looked at with all other pages.
        assert barriers(page) == [], name
        assert page.problems == [], name
        page.context.close()


def test_one_explanation_is_open_and_back_closes_it(open_page, live_story):
    page = open_page(CLEO, live_story.page)

    page.locator("#ask-4").click()
    page.locator("#why-4").wait_for()
    assert page.url.endswith("?why=4")
    page.locator("#ask-2").click()
    page.locator("#why-2").wait_for()
    expect(page.locator(".why")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "ask-2"
    page.go_back()
    page.locator("#why-4").wait_for()
    page.locator("#ask-4").click()
    page.locator("#why-4").wait_for(state="detached")
    assert page.problems == []


def test_without_scripts_the_explanation_opens_as_a_page(open_page, live_story):
    page = open_page(CLEO, live_story.page, java_script_enabled=False)

    page.locator("#ask-4").click()

    expect(page.locator("#why-4")).to_be_visible()
    assert page.url.endswith("?why=4#line-4")
