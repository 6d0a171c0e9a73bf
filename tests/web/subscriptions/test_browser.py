"""The list in Chromium: readable for everyone at both widths, and the drawer leaves the list where it is."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.chromium import barriers
from tests.support.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
def open_page(rows, store, live_server, open_at):
    """Open pages of Sven's panel, signed in, at a width and in a colour scheme."""
    sven = store.people.sven
    site = f"http://{sven.host}:{live_server.url.rpartition(':')[2]}"

    def opener(path, *, width=1440, scheme="light"):
        page = open_at(site, "/sign-in/", width=width, height=700, color_scheme=scheme)
        page.fill("input[name=login]", sven.login)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/reseller/**")
        page.goto(f"{site}/reseller/subscriptions/{path}")
        return page

    return opener


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_list_drawer_and_page_are_readable_and_do_not_scroll_sideways(
    open_page, rows, width, scheme
):
    page = open_page(f"?tab=renewing&open={rows[0]}", width=width, scheme=scheme)
    base = page.url.partition("?")[0]
    for path in ("", f"?tab=renewing&open={rows[0]}", f"{rows[0]}/"):
        page.goto(base + path)
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_drawer_opens_over_the_list_and_keeps_place_and_ticks(open_page, rows):
    page = open_page("")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/?open={rows[0]}")
    page.wait_for_selector("aside.drawer")
    page.keyboard.press("Escape")
    page.wait_for_selector("aside.drawer", state="detached")
    page.locator(".pick-row").nth(1).check()
    page.evaluate("document.querySelector('.table-wrap').scrollTop = 300")

    page.locator("tbody tr").nth(8).locator("a").click()
    page.wait_for_selector("aside.drawer")
    page.wait_for_url(f"**/?open={rows[8]}")

    assert page.evaluate("document.querySelector('.table-wrap').scrollTop") == 300
    expect(page.locator(".pick-row:checked")).to_have_count(1)
    assert page.locator("tr[aria-current]").get_attribute("id") == f"row-{rows[8]}"
    page.get_by_label("Next row").click()
    page.wait_for_url(f"**/?open={rows[9]}")
    page.wait_for_selector(f"tr#row-{rows[9]}[aria-current]")
    expect(page.locator("tr[aria-current]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.wait_for_selector("aside.drawer", state="detached")
    page.go_back()
    page.wait_for_selector("aside.drawer")
    page.get_by_label("Open as a page").click()
    page.wait_for_url(f"**/subscriptions/{rows[9]}/")
