"""The billing screens in a browser: readable for everyone in both themes, fit every width, live without a reload."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from entrepot.flows.rehearsal import compare_run, rehearse
from entrepot.flows.verify import prove_run
from tests.support.chromium import barriers
from tests.web.billing.conftest import DAY, NEXT, NOW, sql, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")


@pytest.fixture
def open_page(open_at: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """Open an address with the session of a signed-in client."""

    def open_it(client: Client, address: str, **options: Any) -> Page:
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        site = f"http://bench.localhost:{live_server.url.rpartition(':')[2]}"
        return open_at(site, address, key=key, **options)

    return open_it


@pytest.fixture
def story(billed: None, request: pytest.FixtureRequest) -> dict[str, str]:
    """A proved and compared run with faults and differences, a rehearsal, a job; pages by name."""
    sql("UPDATE agreed_price SET unit_price = unit_price + 1 WHERE tier = 1 AND item_id % 50 = 0")
    sql("UPDATE agreed_price SET discount_ppm = 150000 WHERE tier = 1 AND item_id % 7 = 0")
    before = rehearse(day=DAY, now=NOW, actor_name="Hanna Harbor")
    request.getfixturevalue("aside")
    ((run,),) = sql("SELECT id FROM billing_run WHERE day = %s", DAY)
    sql("UPDATE billing_run SET workers = 2")
    prove_run(run_id=run)
    compare_run(run_id=run, now=NOW, actor_name="Hanna Harbor")
    rehearsal = rehearse(day=NEXT, now=NOW, actor_name="Hanna Harbor")
    sql(
        "INSERT INTO job (task, label, state, done, total, note, arguments, result, error, attempts, created_at, "
        "started_at) VALUES ('bill', 'Bill', 'running', 3, 7, '2026-07-02 rate', '{\"until\": \"2026-07-02\"}', '{}', "
        "'', 1, %s, %s)",
        NOW,
        NOW,
    )
    ((job,),) = sql("SELECT max(id) FROM job")
    return {
        "list": "/provider/billing/",
        "run": f"/provider/billing/runs/{DAY}/",
        "differences": f"/provider/billing/rehearsals/{before}/?by=subscription",
        "proof": f"/provider/billing/runs/{DAY}/proof/",
        "aside": "/provider/billing/not-billed/",
        "rehearsals": "/provider/billing/rehearsals/",
        "rehearsal": f"/provider/billing/rehearsals/{rehearsal}/?by=subscription",
        "tasks": "/provider/tasks/",
        "job": f"/provider/jobs/{job}/",
    }


def test_the_pages_are_readable_for_everyone_and_fit(open_page, story, sign_in):
    """In German and narrow, where words are longest; all pages in English and dark are looked at elsewhere."""
    client = sign_in(language="de")
    for name, address in story.items():
        page = open_page(client, address, width=1440, color_scheme="light")
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            if PICTURES and width != 320:
                page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)

            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        assert barriers(page) == [], name
        assert page.problems == [], name
        page.context.close()


def test_a_rehearsal_leads_to_its_page_when_it_is_done(open_page, hanna, billed):
    page = open_page(hanna, "/provider/billing/")

    page.get_by_role("button", name="Rehearse 2 June").click()
    page.wait_for_url("**/provider/jobs/*/")
    expect(page.get_by_role("link", name="Load again")).to_be_visible()
    _work_elsewhere()

    page.wait_for_url("**/provider/billing/rehearsals/*/", timeout=15_000)
    expect(page.get_by_role("heading", name="Rehearsal of 2 June 2026")).to_be_visible()
    assert page.problems == []


def test_without_scripts_the_button_and_the_reload_link_still_work(open_page, hanna, billed):
    page = open_page(hanna, "/provider/billing/", java_script_enabled=False)

    page.get_by_role("button", name="Bill 2 June").click()
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    _work_elsewhere()
    page.get_by_role("link", name="Load again").click()

    expect(page.get_by_role("heading", name="Run of 2 June 2026")).to_be_visible()
    expect(page.get_by_text("Finished").first).to_be_visible()


def _work_elsewhere() -> None:
    """Do the jobs in a thread: Playwright's loop occupies this one."""
    from threading import Thread

    from django.db import connection

    def do() -> None:
        work()
        connection.close()

    thread = Thread(target=do)
    thread.start()
    thread.join()
