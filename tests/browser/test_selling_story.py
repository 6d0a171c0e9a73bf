"""A reseller's first days in the browser: set-up, customer, two plans with a code, a refusal of the vendor, changes.

Every amount is read from the page on which somebody decided, never worked out here, and has to stand on the documents
of the next billing run.

Nora buys from Harbor. The vendor is the simulator behind real HTTP; it refuses domains that end in `.invalid`.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from entrepot.config.messages import compile_all
from entrepot.domain.billing.models import Charge, Invoice, InvoiceLine
from entrepot.domain.catalog.models import CatalogPrice, Plan, PlanPeriod, PlanResource, Resource
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.resets import issue_activation
from entrepot.domain.provisioning.commands.connectors import add_connector, take_over_catalog
from entrepot.domain.provisioning.connectors.secrets import (
    ConnectorSecrets,
    Key,
    new_secret,
    store,
)
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.lifecycle import FINAL, State
from entrepot.domain.provisioning.models import Operation
from entrepot.domain.provisioning.pump import Pump
from entrepot.domain.provisioning.results import Offer
from entrepot.domain.resale.commands import NewPromotion, Terms, create_promotion
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows import onboarding
from entrepot.flows.daily_billing import run_day
from entrepot.flows.provisioning import surroundings
from entrepot.flows.verify import verify
from entrepot.kernel.clock import FixedClock
from entrepot.ops.vendor_simulator.runner import SimulatorThread
from entrepot.ops.vendor_simulator.server import Settings
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import Shop, add_period, shop
from tests.support.chromium import barriers
from tests.support.people import NOW, SETUP

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ENTREPOT_PICTURES", "")
PASSWORD = "eleven brass bells ring at noon"
MONDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 4)
DAILY = Terms(statement_day=0, due_days=14)


@dataclass(frozen=True)
class World:
    """Harbor's shop with two plans, Nora who has never signed in, the vendor, and the time."""

    shop: Shop
    nora: onboarding.Opened
    activation: str
    simulator: SimulatorThread
    clock: FixedClock

    def work(self) -> None:
        """Let the vendor do what it was asked, until nothing goes on by itself."""
        with Pump(surroundings=surroundings(), clock=self.clock) as pump:
            for _ in range(200):
                pump.round()
                if not Operation.objects.exclude(state__in=[*FINAL, State.PARKED]).exists():
                    return
        raise AssertionError(list(Operation.objects.values("cause", "state", "error")))

    def done_at_the_vendor(self) -> list[tuple[str, str, str]]:
        """Say what the vendor was asked, with units and result, in order."""
        tasks = self.simulator.vendor.tasks.values()
        return [(one.action, f"{Decimal(one.quantity).normalize():f}", one.status) for one in tasks]

    def move_to(self, day: date) -> None:
        """Let the morning of a day come."""
        self.clock.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


@pytest.fixture
def world(
    transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """Open the shop on the morning of 2 March 2026."""
    compile_all()
    has_address.cache_clear()
    settings.STATIC_ROOT = tmp_path
    settings.DATA = tmp_path
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "selling"}}
    cache.clear()
    clock = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", clock)
    secret = new_secret()
    with SimulatorThread(settings=Settings(secret=secret, clock=clock)) as simulator:
        settings.INSIDE_VENDORS = frozenset({simulator.address})
        own = shop()
        _second_plan(own)
        _connect(own, simulator, secret)
        nora = onboarding.open_customer(
            own.people.harbor.viewer(),
            company=onboarding.Company(name="Nora Netze GmbH", country="DE", language="en"),
            person=onboarding.FirstPerson(login="nora.admin", display_name="Nora Nilsson"),
            terms=DAILY,
            market="DE",
            request_key="a" * 32,
            kind=AccountKind.RESELLER,
            actor=SETUP,
            now=NOW,
        )
        link = issue_activation(
            account_id=nora.account_id, user_id=nora.user_id, actor=SETUP, now=NOW
        )
        path = f"/password/reset/{link.user_key}/{link.token}/"
        yield World(own, nora, path, simulator, clock)


def _second_plan(own: Shop) -> None:
    """Put Vault Plus beside Mail Basic; both give unused days back for seven days, and no amount comes out even."""
    first = Plan.objects.get(pk=own.plan)
    box = Resource.objects.create(service=first.service, code="box", name="Box")
    plan = Plan.objects.create(
        service=first.service,
        tax_category_id=own.category,
        name="Vault Plus",
        product_code="VAULT",
        sku_code="0002",
    )
    PlanResource.objects.create(plan=plan, resource=box)
    period = add_period(plan.id, box.id)
    CatalogPrice.objects.filter(plan_period_id=period).update(
        unit_cost=Decimal("7.77"), retail_price=Decimal("11.11")
    )
    PlanPeriod.objects.update(refund_days=7)


def _connect(own: Shop, simulator: SimulatorThread, secret: str) -> None:
    """Connect the vendor; with Vault Plus it asks for a domain."""
    name = "acme"
    around = surroundings()
    store(
        directory=around.secrets_directory,
        name=name,
        secrets=ConnectorSecrets(keys=(Key(secret),)),
    )
    number = add_connector(
        name=name,
        kind=ConnectorKind.SIGNED_HTTP,
        base_url=f"http://{simulator.address}/signed",
        vendor_id=Plan.objects.get(pk=own.plan).service.vendor_id,
        surroundings=around,
        actor=SETUP,
        now=NOW,
    )
    asked = {"properties": {"domain": {"type": "string", "title": "Domain"}}}
    offer = Offer(
        service_id="VAULT",
        plan_id="0002",
        name="vault",
        plan_name="plus",
        description="",
        is_free=False,
        is_retrievable=True,
        is_updateable=True,
        poll_seconds_max=None,
        schemas={"service_instance": {"create": {"parameters": {**asked, "required": ["domain"]}}}},
    )
    take_over_catalog(connector_id=number, offers=[offer], actor=SETUP, now=NOW)


def money(text: str) -> Decimal:
    """Read the one amount of a text, such as "−€12.34"."""
    found = re.findall(r"([-−]?)€([\d,]+\.\d\d)", text)
    assert len(found) == 1, text
    ((sign, figures),) = found
    amount = Decimal(figures.replace(",", ""))
    return -amount if sign else amount


def look(page: Page, name: str) -> None:
    """Find nothing on the page that keeps somebody out; keep a picture if one is asked for."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert barriers(page) == [], name
    assert page.problems == [], name  # type: ignore[attr-defined]


def _sign_in(page: Page) -> None:
    page.locator("[name=login]").fill("nora.admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _arrive(page: Page, path: str) -> None:
    """Choose a password by the link that Harbor gave on, and sign in with it."""
    page.goto(path)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    _sign_in(page)
    expect(page.get_by_role("heading", name="Set-up", exact=True)).to_be_visible()


def _set_up(page: Page) -> None:
    """Go through the four steps: currency, both plans, a mark-up and an own price for Vault Plus, a brand."""
    page.get_by_role("link", name="Begin").click()
    page.get_by_label("I know that the sales currency stays for ever.").check()
    page.get_by_role("button", name="Store and go on").click()
    for plan in ("Mail Basic", "Vault Plus"):
        expect(page.get_by_label(f"Sell {plan}")).to_be_checked()
    page.get_by_role("button", name="Store and go on").click()
    page.get_by_label("Mark-up", exact=True).fill("23.7")
    page.get_by_role("button", name="Set the mark-up").click()
    page.get_by_label("Price of Vault Plus").fill("12.34")
    page.get_by_role("button", name="Store and go on").click()
    page.get_by_role("button", name="Store and go on").click()
    expect(page.get_by_role("link", name="Try an order under your own name")).to_be_visible()


def _open_customer(page: Page) -> None:
    page.get_by_role("link", name="New customer").click()
    page.get_by_label("Company").fill("Mona Möbel GmbH")
    page.get_by_label("Login name").fill("mona.admin")
    page.get_by_label("Name of the person").fill("Mona Moll")
    page.get_by_label("Statement").select_option("0")
    page.get_by_role("button", name="Open the customer").click()
    expect(page.get_by_text("The link is shown only now.")).to_be_visible()


def _put(page: Page, plan: str, unit: str, number: str, domain: str = "") -> None:
    page.get_by_role("link", name=plan).click()
    page.get_by_role("spinbutton", name=unit).fill(number)
    if domain:
        page.get_by_label("Domain").fill(domain)
    page.get_by_role("button", name="Put into the cart").click()
    expect(page.get_by_text(f"“{plan}” is in the cart.")).to_be_visible()


@dataclass(frozen=True)
class Shown:
    """What a screen says that a customer pays and what it costs the reseller."""

    price: Decimal
    cost: Decimal


def _order_two_plans(page: Page) -> dict[str, Shown]:
    """Order for Mona with the code; return what the cart says of the first bill of each plan."""
    page.get_by_role("link", name="Order for this customer").click()
    _put(page, "Mail Basic", "Seat", "7")
    page.get_by_role("link", name="Add another plan").click()
    _put(page, "Vault Plus", "Box", "3", domain="moebel.invalid")
    page.get_by_label("Promotion code").fill("hello-26")
    page.get_by_role("button", name="Update amounts").click()
    expect(page.get_by_text("Applied: Hello.")).to_be_visible()
    look(page, "cart")
    shown = {}
    for plan in ("Mail Basic", "Vault Plus"):
        row = page.get_by_role("row").filter(has_text=plan)
        price, cost = (
            money(row.locator(f"td[data-label='{what}']").inner_text().splitlines()[0])
            for what in ("First bill", "Your cost")
        )
        shown[plan] = Shown(price, cost)
    total = money(page.get_by_role("button", name="Order for").inner_text())
    assert total == sum(one.price for one in shown.values())
    page.get_by_role("button", name="Order for").click()
    expect(page.get_by_role("heading", name="Ordered")).to_be_visible()
    return shown


def _correct(page: Page, world: World) -> None:
    """Read on the order why the vendor refused, correct the domain, and send it again."""
    page.get_by_role("link", name="Vault Plus").click()
    expect(page.get_by_text("There is no domain moebel.invalid.").first).to_be_visible()
    look(page, "order-failed")
    page.get_by_role("link", name="Resubmit for provisioning").click()
    page.locator("input[name^=value-][value='moebel.invalid']").fill("moebel.example")
    page.get_by_role("button", name="Resubmit for provisioning").click()
    expect(page.get_by_role("link", name="Resubmit for provisioning")).to_have_count(0)
    world.work()
    page.reload()
    expect(page.get_by_text("moebel.example").first).to_be_visible()


def _effect(page: Page) -> Shown:
    """Read what a page of an action says of now."""
    rows = page.get_by_role("table", name="What this changes").get_by_role("row")
    price, cost = (
        money(rows.filter(has_text=re.compile(f"^{label}")).get_by_role("cell").first.inner_text())
        for label in ("Price", "Your cost")
    )
    return Shown(price, cost)


def _upsize(page: Page, world: World) -> Shown:
    page.get_by_role("link", name="Change the quantity…").click()
    page.get_by_role("spinbutton", name="New quantity").fill("5")
    button = page.get_by_role("button", name="Add 2")
    expect(button).to_be_visible()
    shown = _effect(page)
    assert money(button.inner_text()) == shown.price
    look(page, "upsize")
    button.click()
    expect(page.get_by_text("The change is ordered.")).to_be_visible()
    world.work()
    page.reload()
    return shown


def _decide(page: Page, link: str, button: str, done: str, *, reason: str = "") -> None:
    """Take an action that costs nothing now."""
    page.get_by_role("link", name=link).click()
    if reason:
        page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(done)).to_be_visible()


def _cancel(page: Page) -> Shown:
    page.get_by_role("link", name="Cancel…").click()
    # Seven days from 2 March, in Nora's zone.
    expect(page.get_by_text("9 Mar 2026, 00:00 (Europe/Berlin)")).to_be_visible()
    page.get_by_label("Reason").fill("The customer leaves")
    shown = _effect(page)
    button = page.get_by_role("button", name="Cancel as of")
    assert money(button.inner_text()) == -shown.price
    look(page, "cancel")
    button.click()
    expect(page.get_by_text("The cancellation is ordered.")).to_be_visible()
    return shown


def _billed(buyer_id: int, day: date) -> dict[str, Decimal]:
    """Add up the lines of what a buyer was sent on a day, by plan."""
    found: dict[str, Decimal] = {}
    invoices = Invoice.objects.filter(buyer_id=buyer_id, issued_on=day)
    lines = InvoiceLine.objects.filter(invoice_id__in=invoices.values("id"))
    for charge in Charge.objects.filter(pk__in=lines.values("charge_id")):
        plan = Subscription.objects.get(pk=charge.subscription_id).plan_name
        found[plan] = found.get(plan, Decimal(0)) + charge.net
    assert sum(invoices.values_list("net", flat=True)) == sum(found.values())
    return found


def _read_document(page: Page, buyer_id: int, day: date) -> list[Decimal]:
    """Open what a buyer was sent on a day, and read the lines as they stand there."""
    number = Invoice.objects.get(buyer_id=buyer_id, issued_on=day).pk
    page.goto(f"/reseller/invoices/issued/{number}/")
    cells = page.locator("tr[id^=line-] td[data-label='Net']")
    expect(cells.first).to_be_visible()
    return [Decimal(text.replace("−", "-")) for text in cells.all_inner_texts()]


def test_what_the_screens_show_is_what_the_next_run_bills(
    world: World, open_at: Callable[..., Page], live_server: Any
) -> None:
    site = f"http://harbor.localhost:{live_server.url.rpartition(':')[2]}"
    page = open_at(site, "/")
    page.set_default_timeout(10_000)
    _arrive(page, world.activation)
    _set_up(page)
    create_promotion(
        seller_id=world.nora.account_id,
        wanted=NewPromotion(
            name="Hello", code="HELLO-26", valid_from=MONDAY, recurring_ppm=133_000
        ),
        today=MONDAY,
        actor=SETUP,
        now=NOW,
    )
    _open_customer(page)
    mona = Account.objects.get(name="Mona Möbel GmbH").pk
    ordered = _order_two_plans(page)
    world.work()
    _correct(page, world)
    run_day(day=MONDAY, now=world.clock.now())
    assert _billed(mona, MONDAY) == {plan: one.price for plan, one in ordered.items()}
    assert _billed(world.nora.account_id, MONDAY) == {
        plan: one.cost for plan, one in ordered.items()
    }

    run_day(day=MONDAY + timedelta(days=1), now=world.clock.now())
    world.move_to(WEDNESDAY)
    page.get_by_role("link", name=re.compile("^SUB-")).click()
    # Her session ended over night.
    _sign_in(page)
    more = _upsize(page, world)
    _decide(page, "Renewal off…", "Do not renew", "It does not renew any more.")
    _decide(page, "Hold…", "Hold the subscription", "is on hold.", reason="Asked by phone")
    world.work()
    page.reload()
    _decide(page, "Release…", "Release", "The hold is released.", reason="Settled")
    world.work()
    page.reload()
    back = _cancel(page)
    world.work()
    assert world.done_at_the_vendor() == [
        ("create", "7", "succeeded"),
        ("create", "3", "failed"),
        ("create", "3", "succeeded"),
        ("change", "5", "succeeded"),
        ("suspend", "5", "succeeded"),
        ("resume", "5", "succeeded"),
        ("cancel", "5", "succeeded"),
    ]
    run_day(day=WEDNESDAY, now=world.clock.now())
    assert _billed(mona, WEDNESDAY) == {"Vault Plus": more.price + back.price}
    assert _billed(world.nora.account_id, WEDNESDAY) == {"Vault Plus": more.cost + back.cost}
    assert _read_document(page, mona, MONDAY) == [one.price for one in ordered.values()]
    assert sum(_read_document(page, mona, WEDNESDAY)) == more.price + back.price
    look(page, "credit-note")
    assert verify().is_proved
