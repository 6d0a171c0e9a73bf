"""A provider operator imports the July price list, rehearses the next day, runs it, opens an invoice and its PDF."""

import asyncio
import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import Page

from entrepot.config.messages import compile_all
from entrepot.domain.catalog.pricelist.reader import read_price_list
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, Hub
from entrepot.domain.tax.models import TaxCategory
from entrepot.flows import wiring
from entrepot.flows.price_import import apply_price_list
from entrepot.infra.tasks import queue
from entrepot.kernel.clock import FixedClock
from entrepot.ops.bench.world import make_world
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.support.chromium import barriers
from tests.support.people import PASSWORD, SETUP, brand, user

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FIRST = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


def work() -> None:
    """Do the waiting jobs as a worker would, in a thread: Playwright's loop occupies this one."""

    def do() -> None:
        try:
            queue.run_worker(until_idle=True)
        finally:
            asyncio.set_event_loop(None)
            connection.close()

    thread = Thread(target=do)
    thread.start()
    thread.join()


def _count_on(*tables: str) -> None:
    """Let new rows get ids after those that the generated world has chosen itself."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )


@pytest.fixture
def world(
    transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Client:
    """Forty due subscriptions, January's price list applied, and Hanna signed in."""
    compile_all()
    wiring.connect()
    has_address.cache_clear()
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path / "data"
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "story"}}
    cache.clear()
    make_world(subscriptions=40, due_percent=100, day=FIRST)
    Hub.objects.get_or_create(provider=Account.objects.get(pk=1))
    brand(1, "bench", "BEN")
    _count_on("vendor", "service", "resource", "plan", "plan_resource", "plan_period")
    apply_price_list(
        parsed=read_price_list(DATA / "nce-price-list-2026-01.csv"),
        actor=SETUP,
        now=NOW,
        today=FIRST,
        tax_category_code=TaxCategory.objects.order_by("id").values_list("code", flat=True)[0],
    )
    user(1, "hanna", "Hanna Harbor", role=RoleCode.BILLING)
    client = Client(SERVER_NAME="bench.localhost")
    assert client.post("/sign-in/", {"login": "hanna", "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def open_page(open_at: Callable[..., Page], live_server: Any, world: Client) -> Callable[..., Page]:
    """Open an address as Hanna."""
    key = world.cookies[django_settings.SESSION_COOKIE_NAME].value
    return partial(open_at, f"http://bench.localhost:{live_server.url.rpartition(':')[2]}", key=key)


def test_the_july_list_a_rehearsal_a_run_and_an_invoice_with_its_pdf(open_page, world):
    page = open_page("/provider/price-lists/")
    page.set_input_files("#file", DATA / "nce-price-list-2026-07.csv")
    page.get_by_role("button", name="Preview…").click()
    page.get_by_text("Preview: nothing was written.").wait_for()
    page.get_by_role("button", name="Apply, scheduled").click()
    page.get_by_text("The price list was applied.").wait_for()

    page.goto("/provider/billing/")
    page.get_by_role("button", name="Rehearse 1 June").click()
    page.wait_for_url("**/provider/jobs/*/")
    work()
    page.wait_for_url("**/provider/billing/rehearsals/*/", timeout=15_000)

    page.goto("/provider/billing/")
    page.get_by_role("button", name="Bill 1 June").click()
    work()
    page.goto("/provider/billing/runs/2026-06-01/")
    page.get_by_role("heading", name="Run of 1 June 2026").wait_for()

    page.goto("/provider/invoices/")
    page.locator("tbody th a").first.click()
    link = page.get_by_role("link", name=re.compile("PDF")).first
    link.wait_for()
    # Playwright's own client cannot resolve names below localhost; the browser's session is this one.
    answer = world.get(link.get_attribute("href"))
    assert answer.status_code == 200
    assert b"".join(answer).startswith(b"%PDF-")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_screens_of_lists_are_readable_for_everyone_and_fit(open_page, width, scheme):
    page = open_page("/provider/price-lists/", width=width, color_scheme=scheme)
    page.set_input_files("#file", DATA / "nce-price-list-2026-07.csv")
    page.get_by_role("button", name="Preview…").click()
    page.get_by_text("Preview: nothing was written.").wait_for()
    preview = page.url
    for name, address in {
        "preview": preview,
        "lists": "/provider/price-lists/",
        "list": "/provider/price-lists/1/",
        "prices": "/provider/price-lists/prices/",
        "usage": "/provider/usage-imports/",
    }.items():
        page.goto(address)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png")
        assert barriers(page) == [], (name, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
