"""Chromium for tests: one browser per file, pages that remember what scripts complain about, and what axe finds.

Ask with `expect(…)`, which waits: a click only starts the way to the next page.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = (
    os.environ.get("ENTREPOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
)
SERIOUS = ("serious", "critical")
# Run and sift in the page: what else axe found would cost more to hand over than to find.
_AXE = """async ([within, without, serious, options]) => {
  const rules = Object.fromEntries(axe._audit.rules
    .filter(rule => without.includes(rule.id) || rule.impact && !serious.includes(rule.impact))
    .map(rule => [rule.id, { enabled: false }]));
  const context = within.length ? { include: within.filter(one => document.querySelector(one)) } : document;
  const { violations } = await axe.run(context, { resultTypes: ["violations"], rules, ...options });
  return violations.filter(one => serious.includes(one.impact)).map(one => [one.id, one.nodes[0].html]);
}"""
# A busy machine is no failure.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests; every `*.localhost` is this machine."""
    if not CHROMIUM:
        pytest.skip("no Chromium found: install it or name it in ENTREPOT_CHROMIUM")
    # Playwright's loop makes Django think that the whole test is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--host-resolver-rules=MAP *.localhost 127.0.0.1"],
        )
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_at(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address of a site, with a session if its key is given.

    Further arguments go to the browser's context. `page.problems` lists errors of scripts.
    """
    contexts = []

    def open_it(
        site: str,
        address: str,
        *,
        key: str = "",
        width: int = 1440,
        height: int = 900,
        **options: object,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            base_url=site,
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        if key:
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": key, "url": site}])
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda line: page.problems.append(line.text) if line.type == "error" else None,  # type: ignore[attr-defined]
        )
        page.goto(address)
        return page

    yield open_it
    for context in contexts:
        context.close()


def barriers(
    page: Page, *, within: Sequence[str] = (), without: Sequence[str] = (), **options: object
) -> list[tuple[str, str]]:
    """What axe calls serious or critical on a page: rule and the first place; options are axe's own.

    `within` are selectors of the parts to look at, one of which the page has at least; all of it without them.
    `without` are rules that are left out.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(_AXE, [list(within), list(without), list(SERIOUS), options])
    return [(rule, html) for rule, html in found]
