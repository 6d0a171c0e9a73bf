"""From the welcome mail to signing in with a second factor, in a browser: by keyboard alone, and with a passkey."""

import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.parties.models import FactorRule, User
from entrepot.flows.orders import estimate_order, place_order
from entrepot.kernel.clock import SystemClock
from entrepot.web.access.menu import has_address
from tests.domain.resale.shop import Shop, shop
from tests.support.chromium import barriers
from tests.support.codes import code_at
from tests.support.mailbox import mail_server, send, tell, text_of
from tests.support.people import SETUP, Cast, cast, user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")
WORDS = "nine quiet otters swim under the old bridge"


def look(page: Page, name: str, width: int) -> None:
    """Check a page with axe and against its width; keep a picture if one is asked for."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert barriers(page) == [], name
    # A refused form answers with 422, which the browser logs.
    problems = [text for text in page.problems if "422" not in text]  # type: ignore[attr-defined]
    assert problems == [], name


class Hands:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, what: str) -> None:
        """Press Tab until something with this name has the focus, which has to be seen."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(
                """() => { const one = document.activeElement; const look = getComputedStyle(one);
                const label = one.labels?.[0]?.innerText ?? one.getAttribute('aria-label') ?? one.innerText;
                return [label.trim(), look.outlineStyle !== 'none' || look.boxShadow !== 'none']; }"""
            )
            if found[0].startswith(what):
                assert found[1], f"the focus on {what} cannot be seen"
                return
        raise AssertionError(f"Tab does not reach {what}")

    def type(self, what: str, text: str) -> None:
        """Go to a field and type."""
        self.reach(what)
        self.page.keyboard.type(text)

    def press(self, what: str) -> None:
        """Go to a button or link and press Enter."""
        self.reach(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def secret_of(page: Page) -> str:
    """Read the secret that is written below the picture."""
    return page.locator("[data-copy]").first.get_attribute("data-copy") or ""


def link_of_the_welcome_mail(store: Shop, *, to: str, settings: Any, now: datetime) -> str:
    """Buy something for the first time, and read the link in the mail that a mail server has taken for that."""
    cart = Cart(store.people.cleo.account_id, [Line(store.period, {store.seat: Decimal(2)})])
    amount = estimate_order(cart, now=now).total.first
    place_order(cart, request_key="first", confirmed=amount, actor=SETUP, now=now)
    with mail_server(settings) as server:
        tell(now=now)
        send(now=now)
    mail = next(one for one in server.mails if one["To"] == to)
    assert mail["Subject"] == "Welcome to Sven Cloud"
    found = re.search(r"http://\S+/password/\S+", text_of(mail))
    assert found is not None
    return found[0]


def test_a_new_administrator_follows_the_welcome_mail_and_sets_password_and_app_by_keyboard(
    open_at: Callable[..., Page], live_server: Any, settings: Any
) -> None:
    has_address.cache_clear()
    store, now = shop(), SystemClock().now()
    account = store.people.cleo.account_id
    user(account, "nia.novak", "Nia Novak", password=None)
    FactorRule.objects.create(account_id=account, own=True)
    settings.PUBLIC_PORT = live_server.url.rpartition(":")[2]
    link = link_of_the_welcome_mail(store, to="nia.novak@mail.example", settings=settings, now=now)
    site = f"http://sven.localhost:{settings.PUBLIC_PORT}"
    page = open_at(site, link.removeprefix(site))
    hands = Hands(page)

    hands.type("New password", WORDS)
    hands.type("New password again", WORDS)
    hands.press("Set the password")
    hands.type("Login name", "nia.novak")
    hands.type("Password", WORDS)
    hands.press("Sign in")
    expect(page.locator("main [role=status]")).to_contain_text("requires a second factor")
    hands.press("Set up an app")
    secret = secret_of(page)
    hands.type("Code", code_at(secret, now))
    hands.press("Add the app")
    expect(page.get_by_role("listitem").filter(has=page.locator("code"))).to_have_count(10)
    hands.press("I have kept them")
    expect(page.locator("main")).to_contain_text("10 codes are left.")
    hands.reach("Nia Novak, your menu")
    page.keyboard.press("Enter")
    hands.press("Sign out")

    hands.type("Login name", "nia.novak")
    hands.type("Password", WORDS)
    hands.press("Sign in")
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    # The code of the present 30 seconds may be the one that was used up; the next one counts already.
    hands.type("Code", code_at(secret, SystemClock().now() + timedelta(seconds=30)))
    hands.press("Continue")
    page.get_by_role("navigation", name="Main menu").wait_for()


def virtual_device(page: Page) -> None:
    """Give the browser a device that makes passkeys and says yes to everything."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_in_at(page: Page, people: Cast, words: dict[str, str]) -> None:
    """Fill the sign-in form and wait for the page behind it."""
    page.goto("/sign-in/")
    page.locator("[name=login]").fill(people.cleo.login)
    page.locator("[name=password]").fill("seven slow ferries leave at dawn")
    page.get_by_role("button", name=words["in"], exact=True).click()
    page.wait_for_url(lambda address: not address.endswith("/sign-in/"))


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1440, "light", "en"), (390, "dark", "de")]
)
def test_a_passkey_is_made_named_used_and_removed(
    open_at: Callable[..., Page], live_server: Any, width: int, scheme: str, language: str
) -> None:
    has_address.cache_clear()
    people = cast()
    User.objects.filter(pk=people.cleo.user_id).update(language=language)
    words = {
        "en": {"in": "Sign in", "add": "Add the passkey", "use": "Use a passkey"},
        "de": {"in": "Anmelden", "add": "Diesen Passkey hinzufügen", "use": "Passkey verwenden"},
    }[language]
    site = f"http://sven.localhost:{live_server.url.rpartition(':')[2]}"
    page = open_at(site, "/sign-in/", width=width, color_scheme=scheme, locale=language)
    virtual_device(page)
    sign_in_at(page, people, words)
    page.goto("/profile/security/")
    look(page, f"security-none-{language}", width)
    page.goto("/profile/security/app/")
    look(page, f"security-app-{language}", width)
    page.goto("/profile/security/passkeys/new/")
    look(page, f"passkey-new-{language}", width)
    page.locator("[name=name]").fill("Laptop")
    page.get_by_role("button", name=words["add"]).click()
    expect(page.locator("main code")).to_have_count(10)
    look(page, f"recovery-codes-{language}", width)
    page.goto("/profile/security/")
    expect(page.locator("main")).to_contain_text("Laptop")
    look(page, f"security-{language}", width)

    page.context.clear_cookies()
    sign_in_at(page, people, words)
    look(page, f"second-factor-{language}", width)
    page.get_by_role("button", name=words["use"]).click()
    page.wait_for_url(f"{site}/customer/")
    page.goto("/confirm/?next=/profile/security/")
    look(page, f"confirm-{language}", width)
    page.get_by_role("button", name=words["use"]).click()
    page.wait_for_url(f"{site}/profile/security/")
    page.goto("/customer/users/second-factors/")
    look(page, f"demands-{language}", width)
    page.goto(f"/customer/users/{people.cleo.user_id}/")
    look(page, f"person-{language}", width)

    _rename_and_remove(page, language, width)


def _rename_and_remove(page: Page, language: str, width: int) -> None:
    page.goto("/profile/security/")
    page.locator("main td a").first.click()
    page.locator("[name=name]").fill("Telephone")
    page.locator("main button").last.click()
    expect(page.locator("main table")).to_contain_text("Telephone")
    page.locator("main td a").last.click()
    page.wait_for_url("**/remove/")
    look(page, f"passkey-remove-{language}", width)
    page.locator("main form button").click()
    expect(page.locator("main table")).to_have_count(0)
    assert not Authenticator.objects.exists()
