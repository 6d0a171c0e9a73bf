"""The provider's catalogue on screen: from a service to a plan that can be ordered, with bounds and needed plans."""

import re
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.catalog.icons import ICONS
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanNeed,
    PlanPeriod,
    PlanResource,
    Resource,
    ResourcePart,
    Service,
)
from entrepot.domain.catalog.needs import bounds_of, needs_of
from entrepot.domain.catalog.rules import Bounds, Missing, Need, missing_plans
from entrepot.domain.catalog.switches import switches_of
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.resale.quotes import quote_prices
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from entrepot.web.ui.templatetags.ui import icon
from tests.domain.resale.shop import Shop, shop
from tests.support.people import NOW
from tests.web.home.world import browser_of, viewer_of

BASE = "/provider/plans/"
TODAY = date(2026, 3, 2)


@pytest.fixture
def store(db, settings, tmp_path, monkeypatch) -> Shop:
    settings.DATA = tmp_path
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    return shop()


def client_of(person):
    return browser_of(person.viewer())


def text_of(answer) -> str:
    body = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", body)


def version_in(answer) -> str:
    return re.search(r'name="version" value="([^"]*)"', answer.content.decode())[1]


def add_service_and_resources(store: Shop, client) -> tuple[int, list[Resource]]:
    """Add a service with a chosen, a measured and a composite resource."""
    vendor = str(Service.objects.get(code="mail").vendor_id)
    service = {"vendor": vendor, "name": "Backup", "code": "backup", "icon": "archive"}
    assert client.post(f"{BASE}services/add/", service).status_code == 302
    taken = client.post(f"{BASE}services/add/", service)
    assert (taken.status_code, "has the code backup" in text_of(taken)) == (409, True)
    number = Service.objects.get(code="backup").id

    unit = {"service": str(number), "unit_en": "TB", "mpn": "BK-1"}
    for code, more in (("tb", {}), ("gb", {"is_measured": "on"}), ("bundle", {})):
        form = {**unit, "name": code.upper(), "code": code, **more}
        assert client.post(f"{BASE}resources/add/", form).status_code == 302
    tb, gb, bundle = (Resource.objects.get(code=code) for code in ("tb", "gb", "bundle"))
    assert "BK-1" in text_of(client.get(f"{BASE}resources/?q=bk-1"))
    parts = f"{BASE}resources/{bundle.id}/parts/"
    client.post(parts, {"part": str(tb.id), "units": "2"})
    assert ResourcePart.objects.get().units == 2
    client.post(f"{BASE}resources/{tb.id}/parts/", {"part": str(bundle.id), "units": "1"})
    assert ResourcePart.objects.count() == 1
    assert "composite" in text_of(client.get(f"{BASE}resources/"))
    return number, [tb, gb]


def add_plan(store: Shop, client, service: int, resources: list[Resource]) -> Plan:
    """Add a plan with two resources and their bounds."""
    tb, gb = resources
    plan = {
        "service": str(service),
        "name": "Backup 1",
        "product_code": "BK",
        "sku_code": "1",
        "tax_category": str(store.category),
        "description_en": "Keeps copies",
        "is_published": "on",
    }
    added = client.post(f"{BASE}add/", plan)
    made = Plan.objects.get(product_code="BK")
    assert (added.status_code, added["Location"]) == (302, f"{BASE}{made.id}/")
    assert client.post(f"{BASE}add/", plan).status_code == 409

    contents = f"{BASE}{made.id}/resources/"
    for one in (tb, gb):
        first = {"version": version_in(client.get(contents)), "added": str(one.id)}
        assert client.post(contents, first).status_code == 302
    bounds = {
        "version": version_in(client.get(contents)),
        f"minimum_{tb.id}": "2",
        f"maximum_{tb.id}": "50",
        f"included_{gb.id}": "10",
    }
    assert client.post(contents, {**bounds, f"maximum_{tb.id}": "1"}).status_code == 422
    assert client.post(contents, bounds).status_code == 302
    assert client.post(contents, {**bounds, f"minimum_{tb.id}": "3"}).status_code == 409
    assert bounds_of(plan_ids=[made.id]) == {
        (made.id, tb.id): Bounds(Decimal(2), Decimal(50)),
    }
    return made


def add_period(client, made: Plan) -> PlanPeriod:
    """Add a period and give it a longer trial."""
    period = {
        "term_months": "12",
        "billing_months": "1",
        "trial_days": "14",
        "grace_days": "0",
        "hold_days": "30",
        "destroys_after_hold": "on",
        "locks_after_window": "on",
        "refund": "prorated",
        "refund_days": "7",
        "is_active": "on",
    }
    odd = client.post(f"{BASE}{made.id}/periods/", {**period, "billing_months": "5"})
    assert (odd.status_code, "billed in equal parts" in text_of(odd)) == (422, True)
    assert client.post(f"{BASE}{made.id}/periods/", period).status_code == 302
    row = PlanPeriod.objects.get(plan=made)
    edit = f"{BASE}periods/{row.id}/"
    changed = {**period, "trial_days": "30", "version": version_in(client.get(edit))}
    assert client.post(edit, {**changed, "term_months": "24"}).status_code == 422
    assert client.post(edit, changed).status_code == 302
    return row


@pytest.mark.django_db
def test_a_service_becomes_a_plan_with_resources_periods_and_prices_that_the_run_quotes(store):
    client = client_of(store.people.harbor)
    service, resources = add_service_and_resources(store, client)
    made = add_plan(store, client, service, resources)
    row = add_period(client, made)
    tb, gb = resources
    page = f"{BASE}{made.id}/"
    fee = {
        "period": str(row.id),
        "resource": str(tb.id),
        "kind": "recurring",
        "market": "de",
        "currency": "eur",
        "unit_cost": "20",
        "retail_price": "30",
        "valid_from": TODAY.isoformat(),
    }
    price = f"{BASE}{made.id}/price/"
    assert "the level reached gives the price of all units" in text_of(client.get(price))
    overuse = client.post(price, {**fee, "kind": "overuse"})
    assert (overuse.status_code, "never charge this price" in text_of(overuse)) == (422, True)
    assert client.post(price, {**fee, "valid_from": "2026-03-01"}).status_code == 422
    for kind, resource, cost in (("recurring", tb, "20"), ("setup", tb, "5"), ("overuse", gb, "1")):
        sent = {**fee, "kind": kind, "resource": str(resource.id), "unit_cost": cost}
        assert client.post(price, sent).status_code == 302
    assert (
        client.post(price, {**fee, "unit_cost": "21", "valid_from": "2026-06-01"}).status_code
        == 302
    )
    assert client.post(price, fee).status_code == 302
    assert CatalogPrice.objects.filter(plan_period=row).count() == 4

    found = quote_prices(chain_id=store.chain, plan_period_id=row.id, tiers=3, on_day=TODAY)
    # Harbor sells at cost + 10 %: 20 -> 22, 5 -> 5.50, 1 -> 1.10
    assert {(one.kind.value, one.unit_price) for one in found if one.tier == 1} == {
        ("recurring", Decimal(22)),
        ("setup", Decimal("5.5")),
        ("overuse", Decimal("1.1")),
    }
    shown = text_of(client.get(page))
    for part in ("30 days trial", "2 to 50 units", "Set-up, once", "€22.00", "BK-1"):
        assert part in shown
    assert "Timeline" in shown
    assert "A vendor price was set" in shown
    ria = client_of(store.people.ria)
    theirs = text_of(ria.get(f"/reseller/plans/{made.id}/"))
    assert "€22.00" in theirs
    assert "€20.00" not in theirs
    assert "Set a vendor price" not in theirs
    assert "A vendor price was set" not in theirs
    assert ria.get(f"/reseller/plans/{made.id}/edit/").status_code == 404
    assert AuditEntry.objects.filter(action="vendor_price_set").count() == 4


@pytest.mark.django_db
def test_a_plan_is_changed_once_and_needed_plans_are_named_by_their_code(store):
    client = client_of(store.people.harbor)
    url = f"{BASE}{store.plan}/edit/"
    page = client.get(url)
    form = {
        "service": str(Service.objects.get(code="mail").id),
        "name": "Mail Plus",
        "product_code": "MAIL",
        "sku_code": "0001",
        "tax_category": str(store.category),
        "version": version_in(page),
    }
    assert client.post(url, form).status_code == 302
    stale = client.post(url, {**form, "name": "Mail Minus"})
    assert (stale.status_code, "changed by somebody else" in text_of(stale)) == (409, True)
    assert 'value="Mail Minus"' in stale.content.decode()
    plan = Plan.objects.get(pk=store.plan)
    assert (plan.name, plan.is_published) == ("Mail Plus", False)

    other = Plan.objects.create(
        service_id=plan.service_id,
        tax_category_id=store.category,
        name="Base",
        product_code="BASE",
        sku_code="9",
    )
    needs = f"{BASE}{store.plan}/needs/"
    assert "No plan has this product and SKU." in text_of(client.post(needs, {"code": "X:1"}))
    itself = client.post(needs, {"code": "MAIL:0001"})
    assert (itself.status_code, "A plan cannot need itself." in text_of(itself)) == (422, True)
    assert client.post(needs, {"code": "BASE:9", "same_units": "on"}).status_code == 302
    assert needs_of(plan_ids=[store.plan]) == (Need(store.plan, other.id, same_units=True),)
    assert "Base · BASE:9" in text_of(client.get(f"{BASE}{store.plan}/"))
    assert client.post(needs, {"remove": str(other.id)}).status_code == 302
    assert not PlanNeed.objects.exists()

    reader = browser_of(viewer_of(store.people.harbor.account_id, role=RoleCode.READ_ONLY, now=NOW))
    assert "Change…" not in text_of(reader.get(f"{BASE}{store.plan}/"))
    assert reader.post(url, form).status_code == 403
    assert client.get(f"{BASE}periods/999999/").status_code == 404
    assert PlanResource.objects.filter(plan_id=store.plan).count() == 2


def test_a_cart_gets_what_its_plans_need_unless_it_is_there_already():
    # 1 needs 2 in as many units, 2 needs 3 once, 3 needs 1 again: a circle that ends.
    needs = [Need(1, 2, same_units=True), Need(2, 3, same_units=False), Need(3, 1, same_units=True)]
    cart = {1: Decimal(5)}
    assert missing_plans(units_by_plan=cart, owned=(), needs=needs) == [
        Missing(2, Decimal(5), 1),
        Missing(3, Decimal(1), 2),
    ]
    assert missing_plans(units_by_plan=cart, owned={3}, needs=needs) == [Missing(2, Decimal(5), 1)]
    assert missing_plans(units_by_plan={1: Decimal(5), 2: Decimal(1)}, owned={3}, needs=needs) == []
    # Two plans need the same one: the most units count.
    both = [Need(1, 9, same_units=True), Need(4, 9, same_units=True)]
    cart = {1: Decimal(2), 4: Decimal(7)}
    assert [one.units for one in missing_plans(units_by_plan=cart, owned=(), needs=both)] == [7]
    assert Bounds(Decimal(2), Decimal(5)).allow(Decimal(2))
    assert not Bounds(Decimal(2), Decimal(5)).allow(Decimal("5.5"))
    assert Bounds().allow(Decimal(0))


def test_every_icon_that_is_offered_is_drawn():
    assert len(set(ICONS)) == len(ICONS) > 30
    assert all("<svg" in icon(name) for name in ICONS)


@pytest.mark.django_db
def test_switches_between_plans_are_allowed_shown_and_forbidden(store):
    client = client_of(store.people.harbor)
    other = PlanPeriod.objects.create(plan_id=store.plan, term_months=1, billing_months=1)
    page, url = f"{BASE}{store.plan}/", f"{BASE}{store.plan}/switches/"
    assert "cannot be changed to another plan" in text_of(client.get(page))
    sent = {
        "from_period": str(store.period),
        "to_period": str(other.id),
        "takes_effect": "next_term",
        "refunds": "on",
    }
    itself = client.post(url, {**sent, "to_period": str(store.period)})
    assert (itself.status_code, "switch to itself" in text_of(itself)) == (422, True)
    assert client.post(url, {**sent, "to_period": "x"}).status_code == 422
    assert client.post(url, sent).status_code == 302
    (row,) = switches_of(plan_id=store.plan)
    assert (row.target.id, row.refunds, row.keeps_term_end) == (other.id, True, False)
    assert "at the end of the term" in text_of(client.get(page))
    assert client_of(store.people.ria).get(url).status_code == 404
    assert client.post(url, {"remove": str(row.id)}).status_code == 302
    assert switches_of(plan_id=store.plan) == ()
