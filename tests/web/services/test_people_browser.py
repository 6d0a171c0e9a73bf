"""One working day by keyboard alone: import with two bad rows, handing out, buying; then whoever got it, and a seller.

Only Tab, Shift+Tab, Enter, Space and arrows are pressed; what has the focus shows it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.models import Account, User
from entrepot.flows.seat_events import do_complete
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job
from tests.flows.test_user_import import work
from tests.support.mailbox import running
from tests.support.people import PASSWORD
from tests.support.runs import run_within
from tests.web.marketplace.conftest import NOW, Mall, build, clock, german  # noqa: F401
from tests.web.services.test_services import premium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_TABS_MAX = 120
_FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.labels && one.labels.length ? one.labels[0].innerText : "";
  const style = getComputedStyle(one);
  return {
    text: (one.getAttribute("aria-label") || label || one.innerText || one.value || "").trim(),
    name: one.getAttribute("name") || "",
    href: one.getAttribute("href") || "",
    value: one.value || "",
    option: (one.form && one.form.elements.option && one.form.elements.option.value) || "",
    shown: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""


def walk(page: Page, wanted: Callable[[dict[str, Any]], bool], *, back: bool = False) -> None:
    """Press Tab until what is wanted has the focus, and see that it shows it."""
    for _ in range(_TABS_MAX):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        found = page.evaluate(_FOCUSED)
        if wanted(found):
            assert found["shown"], found
            return
    raise AssertionError("no Tab leads there")


def press(page: Page, text: str, key: str = "Enter") -> None:
    """Walk to a button or link with a text and press it."""
    walk(page, lambda one: text in one["text"])
    page.keyboard.press(key)


def upload(page: Page, path: Path) -> int:
    """Choose a file and send it; return the number of the check, done."""
    page.goto("/customer/users/import/")
    walk(page, lambda one: one["name"] == "file")
    # The window in which files are chosen is the system's.
    page.locator("input[type=file]:focus").set_input_files(path)
    press(page, "Check")
    page.wait_for_url("**/import/*/")
    number = Job.objects.order_by("-id")[0].id
    work(number)
    return number


def signed_in(open_at: Callable[..., Page], mall: Mall, person: Any, site: str) -> Page:
    """Open a page with somebody signed in."""
    key = mall.browser(person).cookies[settings.SESSION_COOKIE_NAME].value
    return open_at(site, "/", key=key)


def test_a_day_with_people_and_services_needs_no_mouse(
    open_at: Callable[..., Page], live_server: Any, tmp_path: Path
) -> None:
    mall = build()
    run_within(day=NOW.date(), now=NOW)
    mall.shop.subscribe("3")
    premium(mall)
    port = live_server.url.rpartition(":")[2]
    page = signed_in(open_at, mall, mall.shop.people.cleo, f"http://sven.localhost:{port}")

    _import_with_two_bad_rows(page, tmp_path)
    _hand_out_and_buy_what_is_short(page, mall)
    _sign_in_and_find_the_service(open_at, f"http://sven.localhost:{port}", mall)
    _act_on_behalf_and_be_read(open_at, page, mall, port)


def _import_with_two_bad_rows(page: Page, tmp_path: Path) -> None:
    """See what is wrong by line and column, put it right, import all 25."""
    rows = [f"person.{n:02},Person {n:02},,user" for n in range(1, 26)]
    wrong = [*rows]
    wrong[3], wrong[20] = "p 4,Person 04,,user", "person.21,Person 21,no-address,user"
    path = tmp_path / "people.csv"
    for lines, left in ((wrong, 23), (rows, 25)):
        path.write_text("\n".join(["login,display_name,email,role", *lines]))
        upload(page, path)
        main = page.locator("main")
        if left == 23:
            for said in ("This is not a usable login name.", "This is not a mail address."):
                expect(main).to_contain_text(said)
            for line in ("5", "22"):
                expect(main.get_by_role("row").filter(has_text=line).first).to_be_visible()
    expect(page.get_by_role("button", name="Create 25 users")).to_be_visible()
    check = page.url
    press(page, "Create 25 users")
    page.wait_for_url(lambda url: url != check and "/apply/" not in url)
    work(Job.objects.order_by("-id")[0].id)
    expect(page.locator("main")).to_contain_text("25 users were created.")


def _hand_out_and_buy_what_is_short(page: Page, mall: Mall) -> None:
    """Three units for three people; for all the others other options are explored and one is bought."""
    seat = mall.shop.seat
    page.goto(f"/customer/services/{seat}/assign/")
    for name in ("Person 01", "Person 02", "Person 03"):
        press(page, name, "Space")
    press(page, "Assign")
    expect(page.locator("main")).to_contain_text("Person 03")
    page.goto(f"/customer/services/{seat}/assign/")
    walk(page, lambda one: one["name"] == "whom" and one["value"] == "all")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/services/{seat}/options/")
    press(page, "Explore other options")
    page.wait_for_url("**all=1**")
    walk(page, lambda one: one["text"] == "Buy" and one["option"].startswith("plan"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("SO000001")
    assert do_complete(running(1, NOW), order_id=Order.objects.get().pk)["people"] == 23
    page.goto(f"/customer/services/{seat}/")
    expect(page.locator("main")).to_contain_text("Person 20")


def _sign_in_and_find_the_service(open_at: Callable[..., Page], site: str, mall: Mall) -> None:
    """Whoever was imported signs in by login name and sees what they have."""
    usable = User.objects.get(pk=mall.shop.people.cleo.user_id).password
    User.objects.filter(login="person.03").update(password=usable)
    page = open_at(site, "/sign-in/")
    walk(page, lambda one: one["name"] == "login")
    page.keyboard.type("person.03")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customer/**")
    press(page, "My services")
    page.wait_for_url("**/services/mine/")
    expect(page.locator("main")).to_contain_text("Mail")


def _act_on_behalf_and_be_read(
    open_at: Callable[..., Page], own: Page, mall: Mall, port: str
) -> None:
    """A seller changes something in the customer's panel; the customer reads who, for whom and why."""
    people = mall.shop.people
    page = open_at(f"http://harbor.localhost:{port}", "/sign-in/")
    walk(page, lambda one: one["name"] == "login")
    page.keyboard.type("sven.admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reseller/**")
    page.goto(f"/reseller/customers/{people.cleo.account_id}/")
    press(page, "Log in to its panel")
    page.wait_for_url("**/act/")
    walk(page, lambda one: one["name"] == "reason")
    page.keyboard.type("Asked by telephone")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/customer/" in url)
    page.goto("/customer/account/edit/")
    walk(page, lambda one: one["name"] == "street")
    page.keyboard.press("Control+a")
    page.keyboard.type("Neuer Kai 7")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customer/account/")
    assert Account.objects.get(pk=people.cleo.account_id).street == "Neuer Kai 7"
    entry = AuditEntry.objects.get(action="account_edited")
    assert (entry.actor_id, entry.on_behalf_of_id) == (
        people.sven.user_id,
        people.cleo.account_id,
    )
    own.goto("/customer/account/?tab=timeline")
    timeline = own.locator("main")
    expect(timeline).to_contain_text("Data changed: Street")
    expect(timeline).to_contain_text("Sven Subreseller (Sven Systems)")
    expect(timeline).to_contain_text("Asked by telephone")
