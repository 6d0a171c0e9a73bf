"""Chromium, and a way to sign in at a brand's address as a person does."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = (
    os.environ.get("ENTREPOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests."""
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
def arrive(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Come to the sign-in page of a host and sign in; `page.problems` collects what scripts complain about."""
    contexts = []

    def come(
        host: str, login: str, password: str, *, width: int = 1440, scheme: str = "light"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            base_url=f"http://{host}:{live_server.url.rpartition(':')[2]}",
        )
        contexts.append(context)
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda line: page.problems.append(line.text) if line.type == "error" else None,  # type: ignore[attr-defined]
        )
        page.goto("/")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation", name="Main menu").wait_for()
        return page

    yield come
    for context in contexts:
        context.close()
