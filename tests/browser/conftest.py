"""A way to sign in at a brand's address as a person does."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page


@pytest.fixture
def arrive(open_at: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """Come to the sign-in page of a host and sign in; `page.problems` collects what scripts complain about."""

    def come(
        host: str, login: str, password: str, *, width: int = 1440, scheme: str = "light"
    ) -> Page:
        site = f"http://{host}:{live_server.url.rpartition(':')[2]}"
        page = open_at(site, "/", width=width, color_scheme=scheme)
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation", name="Main menu").wait_for()
        return page

    return come
