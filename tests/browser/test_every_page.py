"""Every page of the three panels, with objects that exist, is readable for everyone in light and in dark.

Resellers read German, the others English; ENTREPOT_GERMAN names other panels, such as provider,reseller,customer.

The pages are those of the panels' own address files: an address that is added there and that nobody names here
fails the last test. The world is the small demo world, one server and one browser.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, Page

from entrepot.config.messages import compile_all
from entrepot.demo.base import build_base
from entrepot.demo.history import fill_history
from entrepot.domain.billing.models import BillingRun, Invoice
from entrepot.domain.catalog.models import (
    Plan,
    PlanPeriod,
    PlanResource,
    PriceListImport,
    SalesCategory,
)
from entrepot.domain.credit.models import CreditState
from entrepot.domain.parties.commands import add_own_role
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.viewer import build_viewer
from entrepot.domain.resale.commands import Terms, open_chain
from entrepot.domain.resale.models import BillingAccount, Chain
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.usage.models import UsageTotal
from entrepot.flows import price_jobs, wiring
from entrepot.flows.rehearsal import compare_run, rehearse
from entrepot.infra.tasks.models import Job
from entrepot.kernel.clock import FixedClock
from entrepot.web.access.menu import has_address
from entrepot.web.middleware import ViewerMiddleware
from entrepot.web.ui import page_size
from tests.browser.message_pages import Page as MessagePage
from tests.browser.message_pages import message_pages
from tests.browser.no_pages import NO_PAGES
from tests.browser.orders_world import orders_of
from tests.browser.portal_pages import portal_pages
from tests.browser.promotion_pages import Page as PromotionPage
from tests.browser.promotion_pages import promotion_pages
from tests.browser.provisioning_pages import a_checked_import, provisioning_pages
from tests.browser.service_pages import service_pages
from tests.browser.user_pages import OWN_PAGES, a_user, user_pages
from tests.support.chromium import barriers
from tests.support.clients import proved
from tests.support.people import SETUP, account
from tests.support.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NOW = datetime(2026, 2, 21, 7, 30, tzinfo=UTC)
DAY, NEXT = date(2026, 2, 20), date(2026, 2, 21)
PANELS = ("provider", "reseller", "customer")
GERMAN = os.environ.get("ENTREPOT_GERMAN", "reseller").split(",")


@dataclass(frozen=True)
class Place:
    """One page: its panel, the name of its address, and where it is."""

    panel: str
    name: str
    address: str


@dataclass(frozen=True)
class World:
    """A served demo world: where it is, the keys of one person of each panel, and all pages."""

    site: str
    keys: dict[str, str]
    places: list[Place]


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Build the small demo world, add what only a person's click makes, and serve it."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        patch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
        patch.setattr(live_settings, "ALLOWED_HOSTS", ["*"])
        patch.setattr(live_settings, "STATIC_ROOT", folder)
        patch.setattr(live_settings, "DATA", folder)
        backend = "django.core.cache.backends.locmem.LocMemCache"
        patch.setattr(live_settings, "CACHES", {"default": {"BACKEND": backend}})
        compile_all()
        wiring.connect()
        has_address.cache_clear()
        # Ten rows of a list say as much as 25, and axe looks at each.
        patch.setattr(page_size, "chosen", lambda query, asked=page_size.chosen: asked(query) or 10)
        connection.close()
        build_base(data_dir=folder, small=True)
        fill_history(data_dir=folder)
        clients = {panel: _signed_in(panel) for panel in PANELS}
        orders = orders_of(_account("customer"), _account("reseller"), now=NOW)
        places = [
            *_provider(clients["provider"]),
            *_reseller(clients["reseller"]),
            *_customer(clients["customer"]),
            *_of_orders(*orders),
            *(_place("provider", *words, query=query) for words, query in provisioning_pages(NOW)),
            *(_place(panel, *words, query=query) for panel, words, query in _messages()),
            *_of_everybody(),
        ]
        # Not before now: the addresses above are found by words of the pages.
        for panel in PANELS:
            language = "de" if panel in GERMAN else "en"
            User.objects.filter(pk=_person(panel).pk).update(language=language)
        name = live_settings.SESSION_COOKIE_NAME
        keys = {panel: client.cookies[name].value for panel, client in clients.items()}
        with served() as site:
            yield World(site, keys, places)
        call_command("flush", interactive=False, verbosity=0)
        connection.close()


def _account(panel: str) -> Account:
    """Return the account whose person looks at a panel: the one with most to show."""
    if panel == "provider":
        return Account.objects.get(kind="provider")
    if panel == "reseller":
        return Account.objects.get(external_id="kranich")
    return Account.objects.get(name="Cobalt Freight GmbH")


def _promotions(panel: str) -> list[PromotionPage]:
    return promotion_pages(_account(panel).id, day=NEXT, now=NOW)


def _messages() -> list[MessagePage]:
    reseller, customer = (_account(panel).id for panel in ("reseller", "customer"))
    return message_pages(reseller_id=reseller, customer_id=customer, now=NOW)


def _direct_customer(provider: Account) -> int:
    """Return a customer of the provider's own; the demo has none, so one is opened."""
    return account(AccountKind.CUSTOMER, provider.id, "Direct Dairy")


def _person(panel: str) -> User:
    members = Membership.objects.filter(account=_account(panel), role="administrator")
    return User.objects.get(pk=members.order_by("pk")[0].user_id)


def _signed_in(panel: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(_person(panel), backend=live_settings.AUTHENTICATION_BACKENDS[0])
    return proved(client, now=NOW)


def _place(panel: str, name: str, *args: object, query: str = "") -> Place:
    return Place(panel, name, f"{reverse(f'{panel}:{name}', args=args)}{query}")


def _provider(client: Client) -> list[Place]:
    def at(name: str, *args: object, query: str = "") -> Place:
        return _place("provider", name, *args, query=query)

    provider, reseller, customer = (_account(panel) for panel in PANELS)
    terms = BillingAccount.objects.get(seller=provider, buyer=reseller, currency="EUR")
    CreditState.objects.update_or_create(
        billing_account_id=terms.id,
        defaults={
            "tenant_id": terms.tenant_id,
            "buyer_id": reseller.id,
            "is_held": True,
            "held_on": DAY,
            "overdue_since": DAY,
        },
    )
    total = UsageTotal.objects.filter(tier=1).order_by("id")[0]
    line = f"sku={total.sku}&month={total.period_start:%Y-%m}"
    sold = Invoice.objects.filter(seller_id=provider.id, lines__gt=1).order_by("-id")[0]
    mine = Subscription.objects.filter(customer_id=customer.id).order_by("id")[0]
    rehearsal = rehearse(day=NEXT, now=NOW, actor_name="Thea Brandt")
    compare_run(run_id=BillingRun.objects.get(day=DAY).id, now=NOW, actor_name="Thea Brandt")
    job = Job.objects.create(
        task="bill", label="Bill", state="running", total=7, created_at=NOW, started_at=NOW
    )
    applying = Job.objects.create(
        task=price_jobs.TASK,
        label="Price list",
        state="running",
        note=f"{price_jobs.APPLYING} 8000",
        created_at=NOW,
        started_at=NOW,
    )
    checked = a_checked_import(NOW)
    key = re.findall(r'name="key" value="([0-9a-f]{32})"', _text(client, at("price-lists")))[0]
    with (DATA / "nce-price-list-2026-07.csv").open("rb") as file:
        client.post(reverse("provider:price-list-upload"), {"key": key, "file": file})
    run = at("billing-run", DAY)
    return [
        at("home"),
        at("search", query="?q=cobalt"),
        at("search"),
        at("resellers"),
        at("reseller", reseller.id),
        at("customers"),
        at("customers", query="?q=nobody"),
        at("customer", customer.id),
        at("credit"),
        at("credit", query="?tab=released"),
        *[at(f"credit-{act}", terms.id) for act in ("hold", "release", "protect", "terms")],
        at("customer-new"),
        at("reseller-new"),
        at("account-phones"),
        *[
            at(f"account-{act}", reseller.id)
            for act in ("act", "edit", "hand-over", "hold", "release")
        ],
        at("account-convert", _direct_customer(provider)),
        *(at(*page, query=query) for page, query in user_pages(provider.id)),
        at("reseller", reseller.id, query="?tab=timeline"),
        at("subscriptions"),
        at("subscriptions", query=f"?tab=all&open={mine.id}"),
        at("subscriptions", query="?tab=renewing&days=90"),
        at("subscription", mine.id, query="?history=all"),
        at("subscription-release", mine.id),
        at("subscription", total.subscription_id),
        at("subscription-usage", total.subscription_id, query=f"?{line}"),
        at("billing"),
        run,
        at("billing-proof", DAY),
        at("billing-aside"),
        at("billing-rehearsals"),
        at("billing-rehearsal", rehearsal),
        at("billing-rehearsal", rehearsal, query="?by=subscription"),
        at("tasks"),
        at("tasks", query="?view=failed&kind=bill"),
        at("task-kinds"),
        at("subscription-imports"),
        at("subscription-import", checked.id),
        at("task-facts"),
        at("job", job.id),
        at("invoices"),
        at("invoices", query="?tab=overdue"),
        at("invoice", sold.id, query="?why=1"),
        at("usage-imports"),
        at("usage-import-work", job.id),
        at("usage-import", total.usage_import_id),
        at(
            "usage-import-lines",
            total.usage_import_id,
            query=f"?subscription={total.subscription_id}&{line}",
        ),
        at("usage-prices"),
        at("usage-price-set", query=f"?sku={total.sku}"),
        at("price-lists"),
        *[at(name) for name in ("price-manager", "margins", "margin-set", "price-file")],
        *[at(name) for name in ("plans", "plan-add", "categories", "category-add")],
        *[at(name) for name in ("services", "service-add", "resources", "resource-add")],
        *_of_the_catalogue(at),
        at("category", SalesCategory.objects.order_by("id")[0].id),
        at("plan", _a_plan()[0]),
        *[at(*args, query=query) for args, query in _promotions("provider")],
        at("exchange-rates"),
        at("exchange-rate-set", query="?from=USD&to=CAD"),
        at("prices"),
        at("price-list-preview", key),
        at("price-list-work", applying.id),
        at("marketplace"),
        at("marketplace", query="?q=365"),
        at("offer", _a_plan()[0]),
        *_of_the_cart(client, at),
        at("price-list", PriceListImport.objects.order_by("id")[0].id),
    ]


def _of_the_cart(client: Client, at: Callable[..., Place]) -> list[Place]:
    """Return the pages on which the provider orders for a customer of its own."""
    buyer = Account.objects.get(name="Direct Dairy").id
    market = Chain.objects.order_by("id")[0].market
    open_chain(
        customer_id=buyer, market=market, open_missing=Terms(), actor=SETUP, now=NOW, today=DAY
    )
    return [at("cart-customer"), at("cart-placed", _cart(client, "provider", buyer)), at("cart")]


def _of_the_catalogue(at: Callable[..., Place]) -> list[Place]:
    """Return the pages that change a plan and what it is made of."""
    plan, period, unit = _a_plan()
    service = Plan.objects.get(pk=plan).service_id
    names = ("plan-edit", "period-add", "plan-contents", "plan-fee", "plan-needs", "plan-switches")
    return [
        *(at(name, plan) for name in names),
        at("period", period),
        at("service", service),
        at("resource", unit),
    ]


def _reseller(client: Client) -> list[Place]:
    def at(name: str, *args: object, query: str = "") -> Place:
        return _place("reseller", name, *args, query=query)

    reseller, customer = _account("reseller"), _account("customer")
    below = Subscription.objects.filter(seller_id=reseller.id, is_own=False).order_by("id")[0]
    metered = UsageTotal.objects.filter(
        subscription_id__in=Subscription.objects.filter(seller_id=reseller.id).values("id")
    ).order_by("id")[0]
    own = Subscription.objects.filter(customer_id=reseller.id).order_by("id")[0]
    bought = Invoice.objects.filter(buyer_id=reseller.id).order_by("-id")[0]
    sold = Invoice.objects.filter(seller_id=reseller.id).order_by("-id")[0]
    line = f"?sku={metered.sku}&month={metered.period_start:%Y-%m}"
    owed = BillingAccount.objects.filter(seller_id=reseller.id).order_by("id")[0]
    return [
        at("home"),
        at("search", query="?q=cobalt"),
        at("customers", query="?below=1"),
        at("customer", customer.id),
        at("credit"),
        *[at(f"credit-{act}", owed.id) for act in ("hold", "release", "protect", "terms")],
        at("customer-new"),
        at("account-phones"),
        *[
            at(f"account-{act}", customer.id)
            for act in ("act", "edit", "hand-over", "hold", "release")
        ],
        at("customer", customer.id, query="?tab=status"),
        at("account-users", customer.id),
        *_of_roles(),
        at("account-user", customer.id, a_user(customer.id)),
        at("users"),
        at("account"),
        at("brand"),
        at("subscription-imports"),
        at("subscriptions", query="?tab=renewing&days=30"),
        at("subscriptions", query=f"?open={below.id}"),
        at("subscription", below.id),
        at("subscription-quantity", below.id, query=f"?quantity={below.quantity + 3}"),
        at("subscription-quantity", below.id, query="?quantity=1.5"),
        at("subscription-cancel", below.id),
        at("subscription-hold", below.id),
        at("subscription-align", below.id),
        at("subscription-destroy", below.id),
        at("subscriptions-together", query=f"?act=hold&ids={below.id}"),
        at("subscription-usage", metered.subscription_id, query=line),
        at("own-subscriptions"),
        at("own-subscription", own.id),
        at("invoices"),
        at("invoice", bought.id, query="?why=1"),
        at("issued-invoices"),
        at("issued-invoice", sold.id, query="?why=1"),
        at("plans", query="?show=published"),
        at("plan", _a_plan()[0]),
        at("plan-own", _a_plan()[0]),
        at("plan-changes"),
        at("reseller-new"),
        at("price-manager"),
        at("price-manager", query="?q=nothing&own=1"),
        *[at(*args, query=query) for args, query in _promotions("reseller")],
        *[at(name) for name in ("margins", "margin-set", "price-file")],
        at("usage-prices"),
        at("usage-price-set", query=f"?sku={metered.sku}"),
        at("marketplace", query="?q=365"),
        at("marketplace", query="?q=nothing"),
        at("offer", _a_plan()[0], query=f"?for={customer.id}"),
        at("cart-customer"),
        at("cart-placed", _cart(client, "reseller", customer.id)),
        at("cart"),
    ]


def _customer(client: Client) -> list[Place]:
    def at(name: str, *args: object, query: str = "") -> Place:
        return _place("customer", name, *args, query=query)

    customer = _account("customer")
    own = Subscription.objects.filter(customer_id=customer.id).order_by("id")[0]
    metered = UsageTotal.objects.filter(
        subscription_id__in=Subscription.objects.filter(customer_id=customer.id).values("id")
    ).order_by("id")[0]
    bought = Invoice.objects.filter(buyer_id=customer.id).order_by("-id")[0]
    line = f"?sku={metered.sku}&month={metered.period_start:%Y-%m}"
    return [
        at("home"),
        at("search", query="?q=mail"),
        at("users", query="?q=nobody"),
        at("user", a_user(customer.id)),
        at("user-new", query="?rows=2"),
        at("user-imports"),
        at("account"),
        at("own-account-edit"),
        at("subscriptions"),
        at("subscriptions", query=f"?open={own.id}"),
        at("subscription", own.id),
        at("subscription-quantity", own.id, query=f"?quantity={own.quantity + 1}"),
        at("subscription-renewal", own.id),
        at("subscription-usage", metered.subscription_id, query=line),
        at("invoices"),
        at("invoice", bought.id, query="?why=1"),
        at("marketplace"),
        at("offer", _a_plan()[0]),
        at("cart-placed", _cart(client, "customer", customer.id)),
        at("cart"),
        *(at(*words, query=query) for words, query in service_pages(client, customer.id, now=NOW)),
        *(
            at(*words, query=query)
            for words, query in portal_pages(customer.id, actor=SETUP, now=NOW)
        ),
    ]


def _of_roles() -> list[Place]:
    """Make a role of the reseller's; return the pages of roles."""
    account_id = _account("reseller").id
    boss = Membership.objects.filter(account_id=account_id, role=RoleCode.ADMINISTRATOR).earliest(
        "id"
    )
    viewer = build_viewer(user_id=boss.user_id, account_id=account_id, now=NOW)
    levels = {"orders": 2, "invoices": 1}
    number = add_own_role(viewer, name="Order desk", levels=levels, actor=SETUP, now=NOW)
    return [
        _place("reseller", "roles"),
        _place("reseller", "role-new"),
        _place("reseller", "role", number),
    ]


def _a_plan() -> tuple[int, int, int]:
    """Return a plan with a trial and a set-up fee, its shortest period and its unit."""
    period = PlanPeriod.objects.filter(plan__name="Meeting Rooms").order_by("term_months")[0]
    resource = PlanResource.objects.get(plan_id=period.plan_id).resource_id
    return period.plan_id, period.id, resource


def _cart(client: Client, panel: str, customer_id: int) -> str:
    """Order a cart and fill another one, with a unit too little in it; return the key of the ordered one."""
    plan, period, unit = _a_plan()
    add = reverse(f"{panel}:cart-add", args=[plan])
    cart, order = reverse(f"{panel}:cart"), reverse(f"{panel}:cart-order")
    form = {"for": customer_id, "period": period}
    client.post(add, {**form, f"units-{unit}": "2"})
    page = client.get(cart).content.decode()
    seen = dict(re.findall(r'name="(key|confirmed)" value="([^"]*)"', page))
    client.post(order, {**seen, "purchase_order": "PO 118"})
    client.post(add, {**form, f"units-{unit}": "0.5"})
    return seen["key"]


def _of_orders(failed: int, waiting: int, own: int, approval: int, workflow: int) -> list[Place]:
    acts = ("resubmit", "complete", "fail", "cancel")
    return [
        _place("provider", "orders"),
        _place("provider", "orders", query="?tab=cancelled&q=nobody"),
        _place("provider", "order", failed),
        _place("provider", "order", waiting),
        *[_place("provider", f"order-{act}", failed) for act in acts],
        _place("provider", "order-accept", waiting),
        _place("reseller", "orders"),
        _place("reseller", "order", failed),
        _place("reseller", "order-accept", waiting),
        _place("reseller", "order", approval),
        _place("reseller", "order-approve", approval),
        _place("reseller", "order-reject", approval),
        _place("reseller", "approvals"),
        _place("reseller", "approval", workflow),
        _place("reseller", "approval-new"),
        _place("provider", "approvals"),
        _place("provider", "approval-new"),
        _place("provider", "notices"),
        _place("reseller", "notices"),
        _place("reseller", "provisioning"),
        _place("reseller", "order-resubmit", failed),
        _place("reseller", "order-cancel", failed),
        _place("reseller", "own-orders"),
        _place("reseller", "own-order", own),
        _place("reseller", "own-order-resubmit", own),
        _place("reseller", "own-order-cancel", own),
        _place("customer", "orders"),
        _place("customer", "order", failed),
        _place("customer", "order-cancel", waiting),
    ]


def _of_everybody() -> list[Place]:
    return [
        Place("", "sign-in", reverse("sign-in")),
        Place("", "password-reset", reverse("password-reset")),
        Place("", "password-sent", reverse("password-sent")),
        Place("provider", "profile", reverse("profile")),
        Place("provider", "password-change", reverse("password-change")),
        Place("provider", "switch", reverse("switch")),
        *(Place("provider", name, reverse(name)) for name in OWN_PAGES),
        Place("provider", "no page", "/provider/nowhere/"),
    ]


def _text(client: Client, place: Place) -> str:
    answer = client.get(place.address)
    assert answer.status_code == 200, place
    return answer.content.decode()


def test_no_page_of_the_three_panels_has_anything_serious_in_light_or_dark(
    world: World, browser: Browser
) -> None:
    problems: list[object] = []
    names: dict[str, str] = {}
    for panel, key in [*world.keys.items(), ("", "")]:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
        )
        cookie = {"name": live_settings.SESSION_COOKIE_NAME, "value": key, "url": world.site}
        context.add_cookies([cookie] if key else [])  # type: ignore[list-item]
        page = context.new_page()
        for place in world.places:
            if place.panel == panel:
                # One screen serves several panels with the same colours.
                in_dark = place.name not in names
                in_colour = names.setdefault(place.name, panel) == panel or place.name == "home"
                problems += _problems(page, world.site, place, in_colour=in_colour, in_dark=in_dark)
        language = page.locator("html").get_attribute("lang")
        assert not panel or language == ("de" if panel in GERMAN else "en")
        context.close()

    # The loop of the browser has a connection of its own, which nobody else would close.
    connection.close()
    assert problems == []


def _problems(
    page: Page, site: str, place: Place, *, in_colour: bool, in_dark: bool
) -> list[object]:
    """Look at a page with all rules in light, and at its colours again in dark: nothing else depends on the theme."""
    page.emulate_media(color_scheme="light")
    answer = page.goto(f"{site}{place.address}")
    found: list[object] = []
    if answer is None or (answer.status != 200 and place.name != "no page"):
        found.append((place, answer and answer.status))
    colours = {"runOnly": ["color-contrast", "link-in-text-block"]}
    rest = {} if in_colour else {"without": colours["runOnly"]}
    found += [("light", place, *one) for one in barriers(page, **rest)]
    if not in_dark:
        return found
    page.emulate_media(color_scheme="dark")
    # Bars and menu are the same on every page; they are looked at in light each time, and here on home pages.
    within = () if place.name in ("home", "sign-in") else ("main", "#layer")
    return found + [("dark", place, *one) for one in barriers(page, within=within, **colours)]


def test_every_address_of_the_panels_was_looked_at(world: World) -> None:
    for panel in PANELS:
        seen = {place.name for place in world.places if place.panel == panel}
        names = _names(get_resolver().namespace_dict[panel][1])

        assert names - seen == NO_PAGES[panel], panel
    connection.close()


def _names(resolver: URLResolver) -> set[str]:
    found: set[str] = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            found.add(str(one.name))
        else:
            found |= _names(one)
    return found
