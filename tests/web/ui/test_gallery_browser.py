"""The gallery in a browser: readable for everyone, fits every width, keys and scripts work."""

from functools import partial

import pytest
from playwright.sync_api import expect

from entrepot.web.ui.gallery import PAGES
from tests.support.chromium import barriers
from tests.support.serving import served

pytestmark = pytest.mark.browser


@pytest.fixture
def site(gallery_site):
    gallery_site.ALLOWED_HOSTS = ["127.0.0.1"]
    with served() as place:
        yield f"{place}/ui/"


@pytest.fixture
def open_page(open_at, site):
    return partial(open_at, site)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_readable_for_everyone(open_page, name, width, scheme):
    page = open_page(f"{name}/", width=width, color_scheme=scheme)

    assert barriers(page) == []
    assert page.problems == []


@pytest.mark.parametrize("width", [320, 390, 768])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_does_not_scroll_sideways(open_page, name, width):
    page = open_page(f"{name}/", width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_selected_rows_are_counted_and_added_up(open_page):
    page = open_page("subscriptions/?closed")
    bar = page.locator("[data-picked]")

    # 365.40 + 686.55 + 607.60 = 1,659.55
    assert bar.locator("[data-count]").inner_text() == "3 selected"
    assert bar.locator("[data-total]").inner_text() == "€1,659.55 a month"
    page.locator("[data-unpick]").click()
    assert not bar.is_visible()
    page.locator("#row-204311 .pick-row").check()
    assert bar.locator("[data-count]").inner_text() == "1 selected"


def test_keys_walk_the_rows_and_escape_closes_the_drawer(open_page):
    page = open_page("subscriptions/")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("j")
    assert page.locator("tr.focus").get_attribute("id") == "row-204311"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "global-search"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    page.wait_for_url("**/subscriptions/?closed")


def test_enter_opens_the_row_that_the_keys_reached_and_x_selects_it(open_page):
    page = open_page("subscriptions/?closed")
    page.evaluate(
        "document.addEventListener('click', (event) => {"
        " const link = event.target.closest('tbody a'); if (!link) return;"
        " event.preventDefault(); document.title = link.closest('tr').id; }, true)"
    )

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_title("row-204311")
    page.locator(".pick-row").nth(2).focus()
    page.keyboard.press("Enter")
    third = page.locator("table[data-rows] tbody tr").nth(2).get_attribute("id")
    expect(page).to_have_title(third)
    page.keyboard.press("j")
    ticks = page.locator("tr.focus .pick-row")
    was = ticks.is_checked()
    page.keyboard.press("x")
    assert ticks.is_checked() is not was


def test_keys_go_to_a_page(open_page):
    page = open_page("subscriptions/?closed")

    page.keyboard.press("g")
    page.keyboard.press("f")

    page.wait_for_url("**/ui/forms/")


def test_the_stepper_counts_within_its_bounds(open_page):
    page = open_page("subscriptions/")
    field = page.locator("input[name=seats]")

    page.locator("[data-step='1']").click()
    assert field.input_value() == "113"
    field.fill("1")
    page.locator("[data-step='-1']").click()
    assert field.input_value() == "1"


def test_the_theme_changes_at_once_and_stays(open_page):
    page = open_page("forms/", color_scheme="light")

    page.locator(".top summary").click()
    page.locator("[data-preferences] button[value=dark]").click()

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert (
        page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        == "rgb(13, 16, 21)"
    )
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_dialog_gives_the_focus_back(open_page):
    page = open_page("feedback/")
    opener = page.locator("[data-dialog=cancel]")

    opener.click()
    expect(page.locator("#cancel")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#cancel")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.dialog") == "cancel"


def test_without_scripts_the_menu_and_the_drawer_still_work(open_page):
    page = open_page("subscriptions/", width=390, height=844, java_script_enabled=False)

    page.goto(page.url + "#side")
    expect(page.locator("#side")).to_be_visible()
    page.locator(".side-close").click()
    expect(page.locator("#side")).to_be_hidden()
    page.locator("[data-close]").click()
    expect(page.locator("aside.drawer")).to_have_count(0)
