"""Somebody whom only the company's own portal knows signs in for the first time, and gets another role."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from entrepot.config.messages import compile_all
from entrepot.domain.identity.commands import PortalFacts, add_portal, switch_portal
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.ops.identity_simulator.people import SimulatedPerson
from entrepot.ops.identity_simulator.runner import IdentitySimulator
from entrepot.web.access.menu import has_address
from tests.support.chromium import barriers
from tests.support.people import NOW, PASSWORD, SETUP, cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAULA = {
    "preferred_username": "paula.portal",
    "name": "Paula Portal",
    "email": "paula@cleo.example",
    "locale": "en",
}


@pytest.fixture
def provider(transactional_db: None, settings: Any, tmp_path: Any, live_server: Any):
    """Cleo's portal, switched on, at the address of the live server."""
    compile_all()
    has_address.cache_clear()
    settings.STATIC_ROOT = tmp_path
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "portals"}}
    cache.clear()
    settings.PUBLIC_PORT = live_server.url.rpartition(":")[2]
    people = cast()
    back = f"http://sven.localhost:{settings.PUBLIC_PORT}/sign-in/portal/cleo/back/"
    with IdentitySimulator(people=[SimulatedPerson("p-1", PAULA)]) as running:
        running.register("shop", "s3cret", back)
        settings.INSIDE_PORTALS = frozenset({running.address})
        viewer = people.cleo.viewer()
        facts = PortalFacts(
            name="Cleo Clinics login",
            issuer=running.issuer,
            client_id="shop",
            scopes="profile email",
            login_claim="preferred_username",
            role=RoleCode.USER,
            own_role_id=None,
            domains="cleo.example",
            checks_second_factor=False,
        )
        who = {"actor": SETUP, "now": NOW}
        number = add_portal(viewer, slug="cleo", secret="s3cret", facts=facts, **who)
        switch_portal(viewer, portal_id=number, is_on=True, **who)
        yield running


def assert_fine(page: Any) -> None:
    """Find nothing serious, nothing that scrolls sideways, and no complaint of a script."""
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.problems == []


def test_a_stranger_of_the_portal_comes_in_as_a_plain_user_and_gets_another_role(
    provider, open_at, arrive, settings
):
    site = f"http://sven.localhost:{settings.PUBLIC_PORT}"
    paula = open_at(site, "/")
    paula.get_by_role("link", name="Sign in through a portal of your company").click()
    paula.get_by_label("Mail address or short name").fill("paula@cleo.example")
    assert_fine(paula)
    paula.get_by_role("button", name="Continue").click()
    expect(paula.get_by_role("heading", name="Cleo Clinics login")).to_be_visible()
    assert_fine(paula)
    paula.get_by_role("link", name="Continue to 127.0.0.1").click()
    # This page is the portal's.
    expect(paula).to_have_url(re.compile(re.escape(provider.issuer)))
    paula.get_by_role("button", name="Paula Portal").click()

    menu = paula.get_by_role("navigation", name="Main menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("link", name="My services")).to_be_visible()
    expect(menu.get_by_role("link", name="Users")).to_have_count(0)
    expect(paula.get_by_text("Paula Portal").first).to_be_attached()
    assert_fine(paula)

    boss = arrive("sven.localhost", "uma.user", PASSWORD, scheme="dark")
    boss.goto(f"{site}/customer/users/")
    boss.get_by_role("link", name="Paula Portal").first.click()
    expect(boss.get_by_text("are kept by Cleo Clinics login")).to_be_visible()
    User.objects.filter(login="uma.user").update(language="de")
    boss.reload()
    boss.get_by_role("link", name="Rolle…").click()
    boss.get_by_label("Rolle").select_option(label="Support")
    assert_fine(boss)
    boss.get_by_role("button", name="Rolle festlegen").click()
    expect(boss.get_by_text("führt Cleo Clinics login")).to_be_visible()
    assert_fine(boss)
    boss.goto(f"{site}/customer/sign-in/")
    boss.get_by_role("link", name="Cleo Clinics login").click()
    expect(boss.get_by_role("link", name="Paula Portal")).to_be_visible()
    assert_fine(boss)

    paula.reload()
    expect(menu.get_by_role("link", name="Users")).to_be_visible()
