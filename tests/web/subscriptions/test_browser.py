"""The list in Chromium: readable for everyone at both widths, and the drawer leaves the list where it is."""

import os
import shutil
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.support.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = (
    os.environ.get("ENTREPOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
)
SERIOUS = {"serious", "critical"}


@pytest.fixture
def rows(store) -> list[int]:
    """Thirty subscriptions of Cleo's that renew soon; the first one has a resource."""
    found = [
        store.add(term_end=date(2026, 3, 3) + timedelta(days=n // 2), money=("1/1", "1/1", "75/60"))
        for n in range(30)
    ]
    store.bill(found[0])
    store.item(found[0])
    return found


@pytest.fixture
def open_page(rows, store, live_server):
    """Open pages of Sven's panel, signed in, at a width and in a colour scheme."""
    if not CHROMIUM:
        pytest.skip("no Chromium found: install it or name it in ENTREPOT_CHROMIUM")
    sven = store.people.sven
    port = live_server.url.rpartition(":")[2]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--host-resolver-rules=MAP *.localhost 127.0.0.1"],
        )

        def opener(path, *, width=1440, scheme="light"):
            context = chromium.new_context(
                viewport={"width": width, "height": 700}, color_scheme=scheme
            )
            page = context.new_page()
            page.goto(f"http://{sven.host}:{port}/sign-in/")
            page.fill("input[name=login]", sven.login)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/reseller/**")
            page.goto(f"http://{sven.host}:{port}/reseller/subscriptions/{path}")
            return page

        yield opener
        chromium.close()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_list_drawer_and_page_are_readable_and_do_not_scroll_sideways(
    open_page, rows, width, scheme
):
    page = open_page(f"?tab=renewing&open={rows[0]}", width=width, scheme=scheme)
    base = page.url.partition("?")[0]
    for path in ("", f"?tab=renewing&open={rows[0]}", f"{rows[0]}/"):
        page.goto(base + path)
        found = [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_drawer_opens_over_the_list_and_keeps_place_and_ticks(open_page, rows):
    page = open_page("")
    page.locator(".pick-row").nth(1).check()
    page.evaluate("document.querySelector('.table-wrap').scrollTop = 300")

    page.locator("tbody tr").nth(8).locator("a").click()
    page.wait_for_selector("aside.drawer")
    page.wait_for_url(f"**/?open={rows[8]}")

    assert page.evaluate("document.querySelector('.table-wrap').scrollTop") == 300
    assert page.locator(".pick-row:checked").count() == 1
    assert page.locator("tr[aria-current]").get_attribute("id") == f"row-{rows[8]}"
    page.get_by_label("Next row").click()
    page.wait_for_url(f"**/?open={rows[9]}")
    page.wait_for_selector(f"tr#row-{rows[9]}[aria-current]")
    assert page.locator("tr[aria-current]").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_selector("aside.drawer", state="detached")
    page.go_back()
    page.wait_for_selector("aside.drawer")
    page.get_by_label("Open as a page").click()
    page.wait_for_url(f"**/subscriptions/{rows[9]}/")
