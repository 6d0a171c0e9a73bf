"""The price manager's reads and writes: what units cost and sell for, changes from a day on, and what is scheduled."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import Plan, SalesCategory
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.commands import (
    Goods,
    Level,
    Margin,
    PriceChange,
    change_margin,
    change_prices,
    open_chain,
    set_plan_overlay,
    withdraw_margin,
    withdraw_price,
)
from entrepot.domain.resale.commands.overlays import Overlay
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput, ResaleRefused
from entrepot.domain.resale.margins import margin_of, price_for_margin
from entrepot.domain.resale.models import MarginBasis, MarginRule, SellerPrice
from entrepot.domain.resale.price_desk import (
    Scheduled,
    Source,
    desk_page,
    desk_rows,
    margin_rules,
    places_of,
)
from entrepot.domain.resale.quotes import quote_prices
from entrepot.infra.audit.models import AuditEntry
from tests.domain.resale.shop import DAILY, EPOCH, START, Shop, add_period, add_price, shop
from tests.support.people import NOW, SETUP, Person

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
BY = {"actor": SETUP, "now": NOW, "business_date": START}

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(db: None) -> Shop:
    return shop()


def goods(store: Shop, **facts: object) -> Goods:
    usual = {
        "plan_period_id": store.period,
        "resource_id": store.seat,
        "kind": PriceKind.RECURRING,
        "currency": "EUR",
    }
    return Goods(**{**usual, **facts})  # type: ignore[arg-type]


def ask(store: Shop, price: str | None, day: date, *, cost: str | None = "12", **facts: object):
    change = PriceChange(
        goods=goods(store),
        unit_price=None if price is None else Decimal(price),
        unit_cost=None if cost is None else Decimal(cost),
    )
    seller = store.people.sven.account_id
    return change_prices(seller_id=seller, changes=[change], valid_from=day, **{**BY, **facts})


def shown(person, *, day: date = START):
    viewer = person.viewer()
    (place,) = places_of(viewer)
    (row,) = desk_page(viewer, place=place, on_day=day, limit=10).rows
    (price,) = row.prices
    return price


def a_chain(account_id: int) -> None:
    open_chain(
        customer_id=account_id, market="DE", open_missing=DAILY, actor=SETUP, now=NOW, today=EPOCH
    )


def spans(store: Shop) -> list[tuple[str, date, date | None]]:
    rows = SellerPrice.objects.filter(seller_id=store.people.sven.account_id).order_by("valid_from")
    return [(f"{row.unit_price.normalize():f}", row.valid_from, row.valid_to) for row in rows]


def test_each_seller_sees_cost_price_and_margin_of_its_own_tier_as_the_run_would_agree_them(store):
    people = store.people
    # vendor 10.00; Harbor +10 % = 11.00; Ria retail 15.00 - 20 % = 12.00; Sven retail = 15.00
    expected = {
        "harbor": ("10", "11", Source.DEFAULT),
        "ria": ("11", "12", Source.DEFAULT),
        "sven": ("12", "15", Source.DEFAULT),
    }
    quoted = quote_prices(chain_id=store.chain, plan_period_id=store.period, tiers=3, on_day=START)
    for tier, (name, (cost, price, source)) in enumerate(expected.items(), start=1):
        found = shown(getattr(people, name))
        assert (found.cost, found.price, found.source) == (Decimal(cost), Decimal(price), source)
        (same,) = [one for one in quoted if one.tier == tier]
        assert (same.unit_cost, same.unit_price) == (found.cost, found.price)
    # (15 - 12) / 15 = 20 %
    assert shown(people.sven).margin == Decimal("0.2")
    assert places_of(people.rex.viewer()) == ()


def test_a_seller_without_a_sale_sees_what_its_first_sale_would_agree(store):
    rex = store.people.rex
    a_chain(rex.account_id)
    change_margin(
        seller_id=rex.account_id,
        level=Level(),
        margin=Margin(basis=MarginBasis.COST, percent_ppm=333_333),
        valid_from=START,
        **BY,
    )
    before = shown(rex)
    # 11.00 x 1.333333 = 14.666663, rounded 14.67
    assert (before.cost, before.price) == (Decimal(11), Decimal("14.67"))

    a_chain(store.people.carl.account_id)
    (place,) = places_of(rex.viewer())
    assert place.sells
    assert shown(rex) == before


def test_an_own_price_holds_from_its_day_until_what_is_scheduled_after_it(store):
    assert ask(store, "16", MAY) == 1
    assert ask(store, "16", MAY) == 0
    assert ask(store, "15.5", APRIL) == 1
    assert spans(store) == [("15.5", APRIL, MAY), ("16", MAY, None)]

    now = shown(store.people.sven)
    assert (now.price, now.source) == (Decimal(15), Source.DEFAULT)
    assert now.scheduled == (Scheduled(APRIL, Decimal("15.5")), Scheduled(MAY, Decimal(16)))

    # Another price for the same future day replaces it, and going back to margins ends it.
    assert ask(store, "15.6", APRIL) == 1
    assert ask(store, None, JUNE) == 1
    assert spans(store) == [("15.6", APRIL, MAY), ("16", MAY, JUNE)]
    assert shown(store.people.sven, day=JUNE).source is Source.DEFAULT
    assert AuditEntry.objects.filter(action="seller_price_set").count() == 4


def test_what_is_scheduled_can_be_withdrawn_and_what_held_before_goes_on(store):
    ask(store, "16", START)
    ask(store, "17", MAY)
    ask(store, None, JUNE)
    withdraw = {"seller_id": store.people.sven.account_id, "goods": goods(store), **BY}

    withdraw_price(valid_from=JUNE, **withdraw)
    assert spans(store) == [("16", START, MAY), ("17", MAY, None)]
    withdraw_price(valid_from=MAY, **withdraw)
    assert spans(store) == [("16", START, None)]
    with pytest.raises(ResaleConflict, match="Nothing is scheduled"):
        withdraw_price(valid_from=MAY, **withdraw)
    with pytest.raises(ResaleInput, match="is billed already"):
        withdraw_price(valid_from=date(2026, 2, 28), **withdraw)


def test_a_price_below_cost_of_the_past_or_of_foreign_goods_is_refused_and_nothing_is_stored(store):
    with pytest.raises(ResaleRefused, match="below what the unit costs"):
        ask(store, "11.99", APRIL)
    with pytest.raises(ResaleInput, match="is billed already"):
        ask(store, "16", date(2026, 2, 28))
    with pytest.raises(ResaleInput, match="below zero"):
        ask(store, "-1", APRIL, cost=None)
    with pytest.raises(NoSuchObject):
        change_prices(
            seller_id=store.people.sven.account_id,
            changes=[
                PriceChange(goods=goods(store), unit_price=Decimal(16)),
                PriceChange(goods=goods(store, resource_id=10**9), unit_price=Decimal(16)),
            ],
            valid_from=APRIL,
            **BY,
        )
    assert spans(store) == []
    assert ask(store, "11.99", APRIL, confirmed=True) == 1
    assert AuditEntry.objects.get(action="seller_price_set").reason == "price below cost confirmed"


def test_the_narrowest_level_makes_the_price_and_levels_are_scheduled_and_withdrawn(store):
    sven = store.people.sven
    plan = Plan.objects.select_related("service").get(pk=store.plan)
    cost = MarginBasis.COST
    by = {"seller_id": sven.account_id, **BY}
    vendor, one = Level(vendor_id=plan.service.vendor_id), Level(plan_id=plan.id)
    half = Margin(basis=cost, percent_ppm=500_000)
    quarter = Margin(basis=cost, percent_ppm=250_000)

    assert change_margin(level=vendor, margin=half, valid_from=APRIL, **by)
    assert not change_margin(level=vendor, margin=half, valid_from=APRIL, **by)
    assert change_margin(level=one, margin=quarter, valid_from=MAY, **by)
    # 12.00 x 1.5 = 18.00, then 12.00 x 1.25 = 15.00
    assert [shown(sven, day=day).price for day in (START, APRIL, MAY)] == [15, 18, 15]
    assert [shown(sven, day=day).source for day in (START, APRIL, MAY)] == [
        Source.DEFAULT,
        Source.VENDOR,
        Source.PLAN,
    ]
    levels = margin_rules(sven.viewer(), on_day=START)
    assert [(row.source, row.name, row.valid_from) for row in levels] == [
        (Source.DEFAULT, "", EPOCH),
        (Source.VENDOR, "Vendor", APRIL),
        (Source.PLAN, "Mail Basic", MAY),
    ]

    withdraw_margin(level=one, valid_from=MAY, **by)
    assert shown(sven, day=MAY).source is Source.VENDOR
    assert change_margin(level=vendor, margin=None, valid_from=MAY, **by)
    assert shown(sven, day=MAY).source is Source.DEFAULT
    odd = Margin(basis=cost, percent_ppm=1_000_001)
    with pytest.raises(ResaleRefused, match="more than doubles"):
        change_margin(level=Level(), margin=odd, valid_from=MAY, **by)
    with pytest.raises(NoSuchObject):
        change_margin(level=Level(vendor_id=10**9), margin=half, valid_from=MAY, **by)
    assert not MarginRule.objects.filter(percent_ppm__gt=500_000).exists()


def test_a_margin_of_a_category_follows_the_category_in_which_the_seller_shows_the_plan(store):
    sven, ria, rex = store.people.sven, store.people.ria, store.people.rex
    mine, theirs = (
        SalesCategory.objects.create(code=code, name={"en": code}) for code in ("mine", "theirs")
    )
    a_chain(rex.account_id)
    for person, category, ppm in ((sven, mine, 500_000), (sven, theirs, 250_000), (rex, mine, 0)):
        change_margin(
            seller_id=person.account_id,
            level=Level(sales_category_id=category.id),
            margin=Margin(basis=MarginBasis.COST, percent_ppm=ppm),
            valid_from=START,
            **BY,
        )

    def put(person: Person, category: SalesCategory) -> None:
        set_plan_overlay(
            account_id=person.account_id,
            plan_id=store.plan,
            overlay=Overlay(sales_category_id=category.id),
            actor=SETUP,
            now=NOW,
        )

    assert shown(sven).price == 15
    # 12.00 x 1.25 in the category of the seller above, 12.00 x 1.5 in its own.
    put(ria, theirs)
    assert shown(sven).price == 15
    assert shown(sven).source is Source.CATEGORY
    put(sven, mine)
    assert shown(sven).price == 18
    sold = quote_prices(chain_id=store.chain, plan_period_id=store.period, tiers=3, on_day=START)
    assert [one.unit_price for one in sold if one.kind is PriceKind.RECURRING] == [11, 12, 18]
    # A seller that sells nothing yet has no tier: 11.00 at cost.
    assert shown(rex).source is not Source.CATEGORY
    put(rex, mine)
    assert (shown(rex).price, shown(rex).source) == (11, Source.CATEGORY)


def test_a_plan_that_the_seller_above_hides_cannot_be_priced_and_names_are_the_sellers_own(store):
    people = store.people
    set_plan_overlay(
        account_id=people.sven.account_id,
        plan_id=store.plan,
        overlay=Overlay(name={"en": "Post Office"}, is_published=False),
        actor=SETUP,
        now=NOW,
    )
    viewer = people.sven.viewer()
    (place,) = places_of(viewer)
    (row,) = desk_page(viewer, place=place, on_day=START, limit=5, search="post mail").rows
    assert (row.name, row.is_published) == ("Post Office", False)
    assert desk_page(viewer, place=place, on_day=START, limit=5, search="basic").rows == ()

    set_plan_overlay(
        account_id=people.ria.account_id,
        plan_id=store.plan,
        overlay=Overlay(is_published=False),
        actor=SETUP,
        now=NOW,
    )
    assert desk_page(viewer, place=place, on_day=START, limit=5).rows == ()
    assert desk_rows(viewer, place=place, period_ids=[store.period], on_day=START) == ()


def test_pages_lead_on_and_their_statements_do_not_grow_with_the_rows(store):
    for months in range(1, 8):
        period = add_period(store.plan, store.seat, term_months=months, billing_months=1)
        add_price(period, store.seat, kind=PriceKind.SETUP)
    viewer = store.people.ria.viewer()
    (place,) = places_of(viewer)
    counts, seen, after = [], [], None
    for size in (1, 5, 5):
        with CaptureQueriesContext(connection) as asked:
            page = desk_page(viewer, place=place, on_day=START, limit=size, after=after)
        counts.append(len(asked))
        seen += [row.term_months for row in page.rows]
        after = page.after
    assert seen == [1, 2, 3, 4, 5, 6, 7, 12]
    assert after is None
    assert len(set(counts)) == 1
    assert not desk_page(viewer, place=place, on_day=START, limit=9, own_only=True).rows


def test_price_and_margin_follow_from_each_other():
    # 12.00 / (1 - 0.2) = 15.00; 10.00 / (1 - 0.333) = 14.9925, rounded 14.99
    assert price_for_margin(cost=Decimal(12), margin=Decimal("0.2"), digits=2) == Decimal("15.00")
    assert price_for_margin(cost=Decimal(10), margin=Decimal("0.333"), digits=2) == Decimal("14.99")
    assert margin_of(price=Decimal(15), cost=Decimal(12)) == Decimal("0.2")
    assert margin_of(price=Decimal(9), cost=Decimal(12)) == Decimal("-0.333333")
    assert margin_of(price=Decimal(0), cost=Decimal(12)) is None
    for cost, margin in ((12, "1"), (0, "0.5")):
        with pytest.raises(ResaleInput, match="No price leaves this margin"):
            price_for_margin(cost=Decimal(cost), margin=Decimal(margin), digits=2)
