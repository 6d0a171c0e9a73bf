"""What the marketplace reads: the plans that a chain of sellers publishes, counted, searched, paged and priced."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanResource,
    Resource,
    SalesCategory,
    Service,
    Vendor,
)
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.buyers import buyer_for
from entrepot.domain.resale.commands import Overlay, open_chain, set_plan_overlay
from entrepot.domain.resale.offers import OfferPage, list_offers, offer_of
from entrepot.domain.resale.plan_models import PlanOverlay
from tests.domain.resale.shop import EPOCH, Shop, add_period, add_price, shop
from tests.support.people import NOW, SETUP

DAY = date(2026, 3, 10)


@pytest.fixture
def store(db: None) -> Shop:
    return shop()


def _plan(store: Shop, name: str, *, shelf: SalesCategory | None = None, cost: str = "10") -> Plan:
    vendor, _ = Vendor.objects.get_or_create(code="other", defaults={"name": "Nordlicht"})
    service = Service.objects.create(vendor=vendor, code=name, name=f"Service {name}")
    seat = Resource.objects.create(service=service, code=name, name="Seat")
    plan = Plan.objects.create(
        service=service,
        tax_category_id=store.category,
        sales_category=shelf,
        name=name,
        product_code=name.upper(),
        sku_code="0001",
    )
    PlanResource.objects.create(plan=plan, resource=seat)
    add_period(plan.id, seat.id, term_months=1)
    CatalogPrice.objects.filter(plan_period__plan=plan).update(
        unit_cost=Decimal(cost), retail_price=Decimal(cost) * Decimal("1.5")
    )
    return plan


def _list(viewer: Viewer, *, account: int | None = None, **asked: Any) -> OfferPage:
    buyer = buyer_for(viewer, account_id=account)
    return list_offers(viewer, buyer=buyer, on_day=DAY, **{"limit": 10, **asked})


def _names(page: OfferPage) -> list[str]:
    return [row.name for row in page.rows]


def test_each_viewer_sees_the_prices_of_its_own_tier_only(store: Shop) -> None:
    people = store.people

    def shown(viewer: Viewer, account: int | None = None) -> tuple[Any, Any]:
        (row,) = _list(viewer, account=account).rows
        price = row.periods[0].prices[store.seat, PriceKind.RECURRING]
        return price.price, price.cost

    # 10 cost; 11 Harbor to Ria; 12 Ria to Sven; 15 Sven to Cleo.
    assert shown(people.harbor.viewer()) == (11, 10)
    assert shown(people.ria.viewer()) == (12, 11)
    assert shown(people.sven.viewer()) == (15, 12)
    assert shown(people.sven.viewer(), people.cleo.account_id) == (15, 12)
    assert shown(people.cleo.viewer()) == (15, None)
    blind = people.sven.viewer()
    blind = replace(blind, capabilities=blind.capabilities - {Capability.VIEW_PRICES})
    assert shown(blind) == (None, None)
    own = open_chain(
        customer_id=people.sven.account_id, market="DE", actor=SETUP, now=NOW, today=EPOCH
    )
    assert own
    assert shown(people.sven.viewer(), people.sven.account_id) == (12, None)


def test_nobody_buys_for_a_stranger_or_for_the_customer_of_a_sub_reseller(store: Shop) -> None:
    people = store.people
    for person, account in (
        (people.rex, people.cleo.account_id),
        (people.ria, people.cleo.account_id),
        (people.sven, people.ria.account_id),
        (people.sven, people.carl.account_id),
    ):
        with pytest.raises(NoSuchObject):
            buyer_for(person.viewer(), account_id=account)
    assert buyer_for(people.cleo.viewer(), account_id=people.carl.account_id).name == "Cleo Clinics"


def test_a_plan_is_shown_as_the_nearest_seller_wants_it(store: Shop) -> None:
    people = store.people
    viewer = people.sven.viewer()

    def overlay(seller: int, **facts: Any) -> None:
        set_plan_overlay(
            account_id=seller,
            plan_id=store.plan,
            overlay=Overlay(**facts),
            actor=SETUP,
            now=NOW,
        )

    overlay(people.ria.account_id, is_published=False, name={"en": "Ria Mail"})
    assert _names(_list(viewer)) == []
    with pytest.raises(NoSuchObject):
        offer_of(viewer, plan_id=store.plan, buyer=buyer_for(viewer, account_id=None), on_day=DAY)
    overlay(people.sven.account_id, is_published=True)
    assert _names(_list(viewer)) == ["Ria Mail"]
    assert _names(_list(people.harbor.viewer())) == ["Mail Basic"]
    assert PlanOverlay.objects.count() == 2


def test_customers_do_not_see_what_is_not_displayed_to_them(store: Shop) -> None:
    people = store.people
    hidden = SalesCategory.objects.create(
        code="staff", name={"en": "Staff only"}, display_in_customer_panel=False
    )
    plan = _plan(store, "Console", shelf=hidden)
    assert _names(_list(people.sven.viewer())) == ["Console", "Mail Basic"]
    assert _names(_list(people.cleo.viewer())) == ["Mail Basic"]
    viewer = people.cleo.viewer()
    with pytest.raises(NoSuchObject):
        offer_of(viewer, plan_id=plan.id, buyer=buyer_for(viewer, account_id=None), on_day=DAY)
    set_plan_overlay(
        account_id=people.sven.account_id,
        plan_id=store.plan,
        overlay=Overlay(display_in_customer_panel=False),
        actor=SETUP,
        now=NOW,
    )
    assert _names(_list(viewer)) == []
    assert [shelf.plans for shelf in _list(viewer).shelves] == []


def test_categories_count_what_the_search_finds_and_every_word_counts(store: Shop) -> None:
    tools = SalesCategory.objects.create(code="tools", name={"en": "Tools", "de": "Werkzeug"})
    for name in ("Backup one", "Backup two", "50%_off\\"):
        _plan(store, name, shelf=tools)
    viewer = store.people.cleo.viewer()

    page = _list(viewer)
    assert [(shelf.name, shelf.plans) for shelf in page.shelves] == [("Tools", 3), ("", 1)]
    assert _names(_list(viewer, category_id=0)) == ["Mail Basic"]
    assert _names(_list(viewer, search="TWO backup")) == ["Backup two"]
    assert _names(_list(viewer, search="nordlicht one")) == ["Backup one"]
    assert _names(_list(viewer, search="mail 0001")) == ["Mail Basic"]
    assert _names(_list(viewer, search="0%_o")) == ["50%_off\\"]
    assert _names(_list(viewer, search="ff\\")) == ["50%_off\\"]
    assert _names(_list(viewer, search="back_p")) == []
    found = _list(viewer, search="backup", category_id=0)
    assert (found.rows, [shelf.plans for shelf in found.shelves]) == ((), [2])


def test_pages_follow_each_other_by_name_with_the_same_number_of_statements(store: Shop) -> None:
    names = ["beta", "Alpha", "gamma", "Delta", "Epsilon"]
    for name in names:
        _plan(store, name)
    viewer = store.people.cleo.viewer()
    counts, seen, after = [], [], None
    # A connection prepares its statements once.
    _list(viewer, limit=2)
    for _ in range(3):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = _list(viewer, limit=2, after=after)
        counts.append(len(asked))
        seen += _names(page)
        after = page.after
    assert seen == ["Alpha", "beta", "Delta", "Epsilon", "gamma", "Mail Basic"]
    assert after is None
    with CaptureQueriesContext(connection) as asked:
        assert len(_list(viewer, limit=200).rows) == 6
    assert {*counts, len(asked)} == {counts[0]}
    # A plan that is gone is no place in the list.
    assert len(_list(viewer, after=987_654).rows) == 6


def test_the_cheapest_period_is_the_one_with_the_lowest_price_of_a_month(store: Shop) -> None:
    year = add_period(store.plan, store.seat, term_months=12, billing_months=12)
    # 15 a month against 1.5 x 96 = 144 a year, 12 a month.
    CatalogPrice.objects.filter(plan_period_id=year).update(
        unit_cost=Decimal(96), retail_price=Decimal(144)
    )
    (row,) = _list(store.people.cleo.viewer()).rows
    assert row.cheapest is not None
    assert row.cheapest.id == year
    assert row.cheapest.prices[store.seat, PriceKind.RECURRING].price == 144


def test_without_a_price_on_every_tier_a_period_cannot_be_ordered(store: Shop) -> None:
    CatalogPrice.objects.all().delete()
    (row,) = _list(store.people.cleo.viewer()).rows
    assert (row.periods[0].is_priced, row.cheapest) == (False, None)
    add_price(store.period, store.seat)
    (row,) = _list(store.people.cleo.viewer()).rows
    assert row.periods[0].is_priced


def test_a_seller_without_customers_sees_the_plans_and_its_purchase_if_it_has_one(
    store: Shop,
) -> None:
    (row,) = _list(store.people.rex.viewer()).rows
    assert (row.name, dict(row.periods[0].prices)) == ("Mail Basic", {})


def test_margins_are_a_share_of_the_price(store: Shop) -> None:
    (row,) = _list(store.people.sven.viewer()).rows
    # 3 of 15 stay.
    assert row.periods[0].prices[store.seat, PriceKind.RECURRING].margin == Decimal("0.2")
