"""A reseller reads the margin of what renews soon; the reseller's customer asks why an amount is what it is.

The world is the one of the invoice picture. Ria sells to Cobalt Freight; its terms began on 1 November 2026, so on
5 October 2027 they renew in 27 days.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page

from entrepot.config.messages import compile_all
from entrepot.domain.parties.models import Account
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.rules import search_text
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.support.chromium import barriers
from tests.support.people import PASSWORD, user
from tests.web.invoices.story import CLEO, RIA, tell_story

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AUTUMN = datetime(2027, 10, 5, 9, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def world(
    transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FixedClock:
    """The billed world with one person at Ria and one at Cobalt Freight; it is the day of the answer."""
    compile_all()
    has_address.cache_clear()
    settings.STATIC_ROOT = tmp_path
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "stories"}}
    cache.clear()
    clock = FixedClock(AUTUMN)
    monkeypatch.setattr(ViewerMiddleware, "clock", clock)
    tell_story()
    name = Account.objects.get(pk=CLEO).name
    for row in Subscription.objects.all():
        found = search_text(
            customer=name,
            plan=row.plan_name,
            number=f"SUB-{row.pk}",
            vendor_reference="",
            purchase_order="",
        )
        Subscription.objects.filter(pk=row.pk).update(customer_name=name, search_text=found)
    user(RIA, "mira.voss", "Mira Voss")
    user(CLEO, "jana.petersen", "Jana Petersen")
    return clock


def assert_readable(page: Page) -> None:
    """Find nothing serious on the page, nothing that scrolls sideways, and no complaint of a script."""
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_reseller_finds_what_renews_in_30_days_and_reads_the_margin(world, arrive):
    page = arrive("seller-1.localhost", "mira.voss", PASSWORD)

    page.get_by_role("navigation", name="Main menu").get_by_role(
        "link", name="Subscriptions"
    ).first.click()
    page.get_by_role("link", name="To be renewed").click()
    page.get_by_role("link", name="30 days").click()
    page.get_by_placeholder("Customer, plan or ID").fill("Cobalt Freight")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=Cobalt*")

    rows = page.locator("tbody tr")
    assert rows.count() == 5
    row = rows.filter(has_text="Workspace Business Standard")
    # 112 seats x 11.20.
    assert "1,254.40" in row.inner_text()
    row.get_by_role("link").first.click()
    drawer = page.locator("aside.drawer")
    drawer.wait_for()
    shown = drawer.inner_text()
    # Harbor pays 5.60 and takes 50 % on it: 8.40. 112 x 8.40 = 940.80; 1,254.40 - 940.80 = 313.60;
    # 313.60 / 1,254.40 = 25 %.
    assert "Customer price\n€1,254.40\n€11.20 a seat" in shown
    assert "Your cost\n€940.80\n€8.40 a seat" in shown
    assert "Margin\n€313.60\n25.0% of price" in shown
    assert "Term ends\n1 Nov 2027" in shown
    assert_readable(page)

    drawer.get_by_label("Open as a page").click()
    page.wait_for_url("**/reseller/subscriptions/1/")
    assert "Margin\n€313.60\n25.0% of price" in page.locator("main").inner_text()


def test_what_renews_later_than_in_30_days_is_not_among_it(world, arrive):
    # From 1 October to 1 November are 31 days: not within 30, but within 60.
    world.move_to(datetime(2027, 10, 1, 9, 0, tzinfo=UTC))
    page = arrive("seller-1.localhost", "mira.voss", PASSWORD)

    page.goto("/reseller/subscriptions/?tab=renewing")

    assert page.locator("tbody tr").count() == 0
    page.get_by_role("link", name="60").click()
    page.wait_for_url("**days=60*")
    assert page.locator("tbody tr").count() == 5


def test_a_customer_opens_the_explanation_of_an_invoice_line_and_reads_it_in_german(world, arrive):
    world.move_to(DECEMBER)
    page = arrive("seller-2.localhost", "jana.petersen", PASSWORD)
    # What the invoice of the picture leaves open.
    assert "€2,869.06" in page.locator("main").inner_text()

    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Invoices").click()
    page.get_by_role("link", name="S2-2026-000002").click()
    page.get_by_role("heading", name="Invoice S2-2026-000002").wait_for()
    page.locator("#ask-4").click()
    panel = page.locator("#why-4")
    panel.wait_for()

    shown = " ".join(panel.inner_text().split())
    assert "Why €29.66? On 12 November 2026 you added 17 seats of Secure Mail Protection." in shown
    assert "You had them for 19 of 30 days, so you pay 19/30 of the month." in shown
    # 17 x 2.90 = 49.30; x 19 / 30 = 31.2233...; less 5 % = 29.66; 19 % of it is 5.6354.
    assert "17 × 2.90 49.30" in shown
    assert "49.30 × 19 ÷ 30 = 31.2233… 31.22" in shown
    assert "31.22 × 5% = 1.5610 −1.56" in shown
    assert "29.66 × 19% = 5.6354 5.64" in shown
    assert "Calculated again just now: same cent." in shown
    assert_readable(page)

    page.get_by_label("Jana Petersen, your menu").click()
    page.get_by_role("button", name="Deutsch").click()
    page.get_by_role("heading", name="Rechnung S2-2026-000002").wait_for()
    page.locator("#ask-4").click()
    panel.wait_for()
    shown = " ".join(panel.inner_text().split())
    assert (
        "Warum 29,66 €? Am 12. November 2026 haben Sie 17 Plätze von Secure Mail Protection"
        " hinzugefügt." in shown.replace("\u00a0", " ")
    )
    assert "Sie hatten sie an 19 von 30 Tagen, also zahlen Sie 19/30 für den Monat." in shown
    assert "49,30 × 19 ÷ 30 = 31,2233… 31,22" in shown
    assert "Eben neu berechnet: gleich auf den Cent." in shown
    assert_readable(page)
