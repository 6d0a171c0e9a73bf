"""The billing screens in a browser: readable for everyone in both themes, fit every width, live without a reload."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from entrepot.flows.rehearsal import compare_run, rehearse
from entrepot.flows.verify import prove_run
from tests.web.billing.conftest import DAY, NEXT, NOW, sql, work

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
def open_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open an address with the session of a signed-in client."""
    contexts = []

    def open_it(client: Client, address: str, *, width: int = 1440, **options: Any) -> Page:
        site = f"http://bench.localhost:{live_server.url.rsplit(':', 1)[1]}"
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_are_readable_for_everyone_and_fit(open_page, story, sign_in, scheme, language):
    client = sign_in(language=language)
    for name, address in story.items():
        for width in (1440, 390, 320):
            page = open_page(client, address, width=width, color_scheme=scheme)
            if PICTURES and width != 320:
                path = f"{PICTURES}/{name}-{width}-{scheme}-{language}.png"
                page.screenshot(path=path, full_page=True)

            found = [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]

            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], (name, width)
            assert page.problems == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            page.context.close()


def test_a_rehearsal_leads_to_its_page_when_it_is_done(open_page, hanna, billed):
    page = open_page(hanna, "/provider/billing/")

    page.get_by_role("button", name="Rehearse 2 June").click()
    page.wait_for_url("**/provider/jobs/*/")
    assert page.get_by_role("link", name="Load again").is_visible()
    _work_elsewhere()

    page.wait_for_url("**/provider/billing/rehearsals/*/", timeout=15_000)
    assert page.get_by_role("heading", name="Rehearsal of 2 June 2026").is_visible()
    assert page.problems == []


def test_without_scripts_the_button_and_the_reload_link_still_work(open_page, hanna, billed):
    page = open_page(hanna, "/provider/billing/", java_script_enabled=False)

    page.get_by_role("button", name="Bill 2 June").click()
    assert page.get_by_text("waiting for a worker").is_visible()
    _work_elsewhere()
    page.get_by_role("link", name="Load again").click()

    assert page.get_by_role("heading", name="Run of 2 June 2026").is_visible()
    assert page.get_by_text("Finished").first.is_visible()


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
