"""Plans and sales categories on screen: a reseller's own values survive whatever changes above it."""

import re
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.catalog.commands import Category, change_category
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import CatalogPrice, Plan, SalesCategory
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.resale.commands import (
    Goods,
    Level,
    Margin,
    MarginBasis,
    Overlay,
    PriceChange,
    change_margin,
    change_prices,
    set_plan_overlay,
)
from entrepot.domain.resale.plan_models import PlanOverlay
from entrepot.domain.resale.price_desk import desk_page, places_of
from entrepot.domain.resale.queries import plan_values
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import Shop, shop
from tests.support.people import NOW, SETUP
from tests.web.home.world import browser_of, viewer_of

TODAY = date(2026, 3, 2)

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(db, settings, tmp_path, monkeypatch) -> Shop:
    settings.DATA = tmp_path
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    made = shop()
    for position, code in enumerate(("mail", "tools")):
        SalesCategory.objects.create(
            code=code, name={"en": code.title(), "de": f"{code}-de"}, position=position * 10
        )
    Plan.objects.filter(pk=made.plan).update(sales_category=shelf("mail"))
    return made


def shelf(code: str) -> SalesCategory:
    return SalesCategory.objects.get(code=code)


def client_of(person):
    return browser_of(person.viewer())


def text_of(answer) -> str:
    body = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", body)


def hidden(answer, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())[1]


def test_own_values_prices_and_margins_survive_every_change_upstream(store):
    people = store.people
    ria, sven = people.ria, people.sven
    client = client_of(ria)
    url = f"/reseller/plans/{store.plan}/own/"
    form = {
        "is_published": "yes",
        "display": "no",
        "category": str(shelf("tools").id),
        "name_en": "Ria Mail",
        "name_de": "Ria-Post",
        "description_en": "Looked after by Ria",
        "version": hidden(client.get(url), "version"),
    }
    assert client.post(url, form).status_code == 302
    by = {"seller_id": ria.account_id, "actor": SETUP, "now": NOW, "business_date": TODAY}
    goods = Goods(
        plan_period_id=store.period,
        resource_id=store.seat,
        kind=PriceKind.RECURRING,
        currency="EUR",
    )
    change_prices(
        changes=[PriceChange(goods=goods, unit_price=Decimal("12.50"))], valid_from=TODAY, **by
    )
    margin = Margin(basis=MarginBasis.COST, percent_ppm=70_000)
    change_margin(level=Level(plan_id=store.plan), margin=margin, valid_from=TODAY, **by)

    # Everything above Ria changes: the plan, its texts, category and price, and Harbor's margin.
    Plan.objects.filter(pk=store.plan).update(
        name="Mail Next",
        description={"en": "new", "de": "neu"},
        is_published=False,
        sales_category=None,
        service_id=Plan.objects.get(pk=store.plan).service_id,
    )
    set_plan_overlay(
        account_id=people.harbor.account_id,
        plan_id=store.plan,
        overlay=Overlay(
            is_published=False,
            name={"en": "Harbor Mail"},
            description={"en": "Harbor"},
            sales_category_id=shelf("mail").id,
            display_in_customer_panel=True,
        ),
        actor=SETUP,
        now=NOW,
    )
    change_category(
        category_id=shelf("tools").id,
        category=Category(code="tools", name={"en": "Instruments"}, icon="wrench", position=90),
        version=None,
        actor=SETUP,
        now=NOW,
    )
    CatalogPrice.objects.filter(plan_period_id=store.period).update(unit_cost=Decimal("10.5"))
    change_margin(
        level=Level(),
        margin=Margin(basis=MarginBasis.COST, percent_ppm=120_000),
        valid_from=TODAY,
        **{**by, "seller_id": people.harbor.account_id},
    )

    for seller in (ria, sven):
        values = plan_values(plan_ids=[store.plan], seller_path=seller.viewer().account_path)
        shown = values[store.plan]
        assert shown.is_published
        assert not shown.display_in_customer_panel
        assert shown.name == {"en": "Ria Mail", "de": "Ria-Post"}
        assert shown.description == {"en": "Looked after by Ria"}
        assert shown.sales_category_id == shelf("tools").id
    (place,) = places_of(ria.viewer())
    (row,) = desk_page(ria.viewer(), place=place, on_day=TODAY, limit=5).rows
    # Her price stays; what she pays follows: 10.50 x 1.12 = 11.76
    assert (row.name, row.prices[0].price, row.prices[0].cost) == (
        "Ria Mail",
        Decimal("12.5"),
        Decimal("11.76"),
    )
    page = text_of(client.get(f"/reseller/plans/{store.plan}/"))
    for part in ("Ria Mail", "Instruments", "Hidden from customers", "Harbor Mail", "€12.50"):
        assert part in page
    assert "Ria Mail" in text_of(client.get("/reseller/plans/?show=own&q=next"))


def test_an_own_value_that_is_taken_back_follows_the_seller_above_again(store):
    client = client_of(store.people.sven)
    url = f"/reseller/plans/{store.plan}/own/"
    first = client.get(url)
    assert "as above: yes" in text_of(first)
    assert 'placeholder="Mail Basic"' in first.content.decode()
    version = hidden(first, "version")
    assert client.post(url, {"is_published": "no", "version": version}).status_code == 302
    assert PlanOverlay.objects.get().is_published is False
    assert "Not published" in text_of(client.get("/reseller/plans/"))
    assert text_of(client.get("/reseller/plans/?show=published")).count("Mail Basic") == 0

    stale = client.post(url, {"name_en": "Sven Mail", "version": version})
    assert stale.status_code == 409
    assert "changed by somebody else meanwhile" in text_of(stale)
    assert 'value="Sven Mail"' in stale.content.decode()
    odd = client.post(url, {"name_en": "x\u202ey", "version": ""})
    assert odd.status_code == 422
    assert client.post(url, {"version": hidden(client.get(url), "version")}).status_code == 302
    assert PlanOverlay.objects.get().is_published is None
    assert AuditEntry.objects.filter(action="plan_overlay_set").count() == 2


def test_categories_are_added_changed_and_removed_by_the_provider_only(store):
    client = client_of(store.people.harbor)
    base = "/provider/plans/categories/"
    form = {
        "name_en": "Backup",
        "name_de": "Sicherung",
        "code": "backup",
        "icon": "archive",
        "position": "5",
        "display": "on",
    }
    assert client.post(f"{base}add/", form).status_code == 302
    names = re.findall(r"Mail|Backup|Tools", text_of(client.get(base)).partition("Customers")[2])
    assert names[-3:] == ["Mail", "Backup", "Tools"]

    taken = client.post(f"{base}add/", {**form, "name_en": "Other"})
    assert (taken.status_code, "Another one has the code backup." in text_of(taken)) == (409, True)
    for change, said in (
        ({"icon": "skull"}, "Select a valid choice"),
        ({"position": "-1"}, "greater than or equal to 0"),
        ({"code": "Back up"}, "A code has letters"),
        ({"name_en": ""}, "This field is required"),
    ):
        answer = client.post(f"{base}add/", {**form, "code": "new", **change})
        assert (answer.status_code, said in text_of(answer)) == (422, True)

    number = shelf("backup").id
    page = client.get(f"{base}{number}/")
    version = hidden(page, "version")
    changed = {**form, "name_en": "Back-up", "position": "50", "version": version}
    assert client.post(f"{base}{number}/", changed).status_code == 302
    assert client.post(f"{base}{number}/", changed).status_code == 409
    in_use = client.post(f"{base}{shelf('mail').id}/remove/")
    assert (in_use.status_code, "Plans or margins are in" in text_of(in_use)) == (409, True)
    assert client.post(f"{base}{number}/remove/").status_code == 302
    assert client.post(f"{base}{number}/remove/").status_code == 404
    assert AuditEntry.objects.filter(object_kind="sales_category").count() == 3

    assert client_of(store.people.ria).get(base).status_code == 404
    reader = browser_of(viewer_of(store.people.harbor.account_id, role=RoleCode.READ_ONLY, now=NOW))
    assert "Add a category" not in text_of(reader.get(base))
    assert reader.post(f"{base}add/", form).status_code == 403


def test_a_plan_that_nobody_above_sells_and_a_strangers_page_are_not_found(store):
    Plan.objects.filter(pk=store.plan).update(is_published=False)
    sven = client_of(store.people.sven)
    for address in (f"/reseller/plans/{store.plan}/", f"/reseller/plans/{store.plan}/own/"):
        assert sven.get(address).status_code == 404
    assert sven.get("/reseller/plans/99999999999999999999/").status_code == 404
    assert "No plan is on sale yet" in text_of(sven.get("/reseller/plans/"))
    assert client_of(store.people.harbor).get(f"/provider/plans/{store.plan}/").status_code == 200
    assert client_of(store.people.cleo).get("/customer/plans/").status_code == 404
