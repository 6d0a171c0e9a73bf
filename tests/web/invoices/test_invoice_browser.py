"""Lists and pages of documents in a browser: readable for everyone, one explanation open, the way back works."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.invoices.conftest import HOSTS, Story
from tests.web.invoices.story import CLEO, HARBOR, RIA

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = (
    os.environ.get("ENTREPOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
)
SERIOUS = {"serious", "critical"}
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium found: install it or name it in ENTREPOT_CHROMIUM")
    # Playwright's loop makes Django think that the whole test is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(
    browser: Browser, live_story: Story, live_server: Any
) -> Iterator[Callable[..., Page]]:
    """Open an address as the person of an account."""
    contexts = []

    def open_it(account_id: int, address: str, *, width: int = 1440, **options: Any) -> Page:
        site = f"http://{HOSTS[account_id]}:{live_server.url.rsplit(':', 1)[1]}"
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        name = settings.SESSION_COOKIE_NAME
        session = live_story.browser(account_id).cookies[name].value
        context.add_cookies([{"name": name, "value": session, "url": site}])
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda line: page.problems.append(line.text) if line.type == "error" else None,  # type: ignore[attr-defined]
        )
        page.goto(site + address)
        return page

    yield open_it
    for context in contexts:
        context.close()


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
    looks = product((1440, 390), ("light", "dark"), pages)
    for width, scheme, (name, account_id, address) in looks:
        page = open_page(account_id, address, width=width, color_scheme=scheme)
        picture(page, f"{name}-{width}-{scheme}")

        found = [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]

        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], name
        assert page.problems == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.context.close()


def test_one_explanation_is_open_and_back_closes_it(open_page, live_story):
    page = open_page(CLEO, live_story.page)

    page.locator("#ask-4").click()
    page.locator("#why-4").wait_for()
    assert page.url.endswith("?why=4")
    page.locator("#ask-2").click()
    page.locator("#why-2").wait_for()
    assert page.locator(".why").count() == 1
    assert page.evaluate("document.activeElement.id") == "ask-2"
    page.go_back()
    page.locator("#why-4").wait_for()
    page.locator("#ask-4").click()
    page.locator("#why-4").wait_for(state="detached")
    assert page.problems == []


def test_without_scripts_the_explanation_opens_as_a_page(open_page, live_story):
    page = open_page(CLEO, live_story.page, java_script_enabled=False)

    page.locator("#ask-4").click()

    assert page.locator("#why-4").is_visible()
    assert page.url.endswith("?why=4#line-4")
