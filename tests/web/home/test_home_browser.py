"""The home pages, the search and the page of an account in a browser: readable for everyone, at every width."""

import pytest
from django.conf import settings as live_settings

from tests.support.chromium import barriers
from tests.support.serving import served
from tests.web.home.world import PROVIDER, RESELLER, a_customer, browser_of, viewer_of

pytestmark = pytest.mark.browser
# What reaches beyond a page that scrolls sideways.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > width)
    .map((one) => one.outerHTML.slice(0, 90)).slice(0, 3);
}"""
PAGES = {
    "/provider/": PROVIDER,
    "/provider/resellers/": PROVIDER,
    f"/provider/resellers/{RESELLER}/": PROVIDER,
    "/reseller/": RESELLER,
    "/reseller/customers/": RESELLER,
    "/reseller/search/?q=customer": RESELLER,
    "/customer/": 0,
    "/customer/account/": 0,
}


@pytest.fixture
def site(two_months, settings, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.ALLOWED_HOSTS = ["*"]
    with served() as place:
        yield place


def test_pages_are_readable_for_everyone_and_fit_every_width(site, open_at):
    """One server and one browser for all pages: the world is the costly part.

    Their colours in light and dark are looked at with all other pages; here it is what moves on narrow ones.
    """
    customer = a_customer(RESELLER)
    keys = {
        number: browser_of(viewer_of(number or customer))
        .cookies[live_settings.SESSION_COOKIE_NAME]
        .value
        for number in set(PAGES.values())
    }
    problems = []
    for path, number in PAGES.items():
        page = open_at(site, path, key=keys[number], width=1440, color_scheme="light")
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            problems += [(path, width, one) for one in page.evaluate(TOO_WIDE)]
        problems += [(path, one) for one in _problems(page)]
        page.context.close()

    assert problems == []


def _problems(page):
    """What scripts and axe complain about; a page that is not the asked one has no heading."""
    missing = [] if page.get_by_role("heading", level=1).count() else ["no heading"]
    return [*page.problems, *missing, *barriers(page)]
