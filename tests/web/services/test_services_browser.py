"""A customer hands services out in a browser: enough units, too few, other options, bought, complete."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.flows.seat_events import do_complete
from tests.support.chromium import barriers
from tests.support.mailbox import running
from tests.support.people import user
from tests.support.runs import run_within
from tests.web.marketplace.conftest import NOW, build, clock, german  # noqa: F401
from tests.web.services.test_services import premium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


def look(page: Page, name: str, width: int) -> None:
    """Check a page with axe and against its width; keep a picture if one is asked for."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    assert barriers(page) == [], name
    assert page.problems == [], name  # type: ignore[attr-defined]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1440, "light", "en"), (390, "dark", "de")]
)
def test_a_service_is_handed_out_and_what_is_short_is_bought(
    open_at: Callable[..., Page], live_server: Any, width: int, scheme: str, language: str
) -> None:
    mall = build()
    run_within(day=NOW.date(), now=NOW)
    mall.shop.subscribe("3")
    premium(mall)
    account, seat = mall.shop.people.cleo.account_id, mall.shop.seat
    for n in range(1, 6):
        user(account, f"person.{n}", f"Person {n}", role=RoleCode.USER, password=None)
    client = mall.browser(mall.shop.people.cleo, language=language)
    User.objects.filter(pk=mall.shop.people.cleo.user_id).update(language=language)
    site = f"http://sven.localhost:{live_server.url.rpartition(':')[2]}"
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = open_at(
        site, "/customer/services/", key=key, width=width, color_scheme=scheme, locale=language
    )
    look(page, f"services-{language}", width)

    page.goto(f"/customer/services/{seat}/assign/")
    page.get_by_label("Person 1").check()
    page.get_by_label("Person 2").check()
    look(page, f"assign-{language}", width)
    hand_out = {"en": "Assign", "de": "Zuweisen"}[language]
    page.locator("[data-picked]").get_by_role("button", name=hand_out).click()
    expect(page.locator("main")).to_contain_text("Person 1")
    look(page, f"service-{language}", width)

    page.goto(f"/customer/services/{seat}/assign/")
    page.locator("button[name=whom][value=all]").click()
    expect(page).to_have_url(f"{site}/customer/services/{seat}/options/")
    look(page, f"options-{language}", width)
    page.goto(f"/customer/services/{seat}/options/?all=1")
    look(page, f"explored-{language}", width)
    page.locator("form", has=page.locator("[name=option][value^=plan]")).last.locator(
        "button"
    ).click()
    expect(page.locator("main")).to_contain_text("SO000001")

    order = Order.objects.get()
    # Five people and Uma wait for what two of them have; one unit was free.
    assert do_complete(running(1, NOW), order_id=order.pk)["people"] == 3
    page.goto(f"/customer/services/{seat}/")
    expect(page.locator("main")).to_contain_text("Person 5")
    look(page, f"complete-{language}", width)
    page.goto("/customer/services/mine/")
    look(page, f"mine-{language}", width)
