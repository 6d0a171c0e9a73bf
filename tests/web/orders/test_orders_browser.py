"""Lists, page and acts of orders in a browser: readable for everyone, in both themes, at every width."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser

from tests.support.chromium import barriers
from tests.support.people import PASSWORD
from tests.web.orders.conftest import orders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def nothing_left(django_db_setup: None, browser: Browser) -> Iterator[None]:
    """Make the database before the browser; its loop has a connection of its own, which nobody else would close."""
    yield
    connection.close()


def test_orders_are_readable_and_fit_every_width_in_light_and_dark(
    live_server: Any, open_at: Any, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    store = orders()
    person = store.shop.people.sven
    client = Client(SERVER_NAME=person.host)
    client.post("/sign-in/", {"login": person.login, "password": PASSWORD})
    key = client.cookies[live_settings.SESSION_COOKIE_NAME].value
    site = f"http://{person.host}:{live_server.url.rpartition(':')[2]}"
    page = open_at(site, "/reseller/orders/", key=key)
    for scheme, width in (("light", 1440), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("", f"{store.failed}/", f"{store.failed}/resubmit/"):
            page.goto(f"{site}/reseller/orders/{address}")
            assert barriers(page) == [], (address, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address

    # From the failed order over the corrected parameter back to it, as a person would.
    page.locator("input[name^=value-][value='cleo.invalid']").fill("cleo.example")
    page.get_by_role("button", name="Resubmit for provisioning").click()
    page.wait_for_url(f"**/orders/{store.failed}/")
    assert "cleo.example" in page.content()
    assert page.problems == []
