"""Billing accounts, chains, margins, own prices, rates and overlays."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.parties.errors import NoSuchObject, PartyInput
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.commands import (
    Overlay,
    Terms,
    open_billing_account,
    open_chain,
    resolve_tax_place,
    set_exchange_rate,
    set_margin_rule,
    set_plan_overlay,
    set_seller_price,
)
from entrepot.domain.resale.desk_quotes import price_places
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput, ResaleRefused
from entrepot.domain.resale.models import (
    BillingAccount,
    Chain,
    ChainLink,
    ExchangeRate,
    MarginBasis,
    MarginRule,
    SellerPrice,
)
from entrepot.domain.resale.plan_models import PlanOverlay
from entrepot.domain.resale.queries import billing_accounts, chain_for, plan_values
from entrepot.domain.tax.commands import add_tax_zone
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import Wall, behind
from entrepot.kernel.money import MoneyError
from tests.domain.resale.shop import EPOCH, Shop, shop
from tests.support.people import NOW, SETUP, account

MADE = {"actor": SETUP, "now": NOW}
JULY = date(2026, 7, 1)


@pytest.fixture
def store(db) -> Shop:
    return shop()


def open_account_for(seller: int, buyer: int, currency: str = "EUR", **terms: object) -> int:
    return open_billing_account(
        seller_id=seller,
        buyer_id=buyer,
        currency=currency,
        terms=Terms(**terms),
        today=EPOCH,
        **MADE,
    )


def chain_of(customer: int, **facts: object) -> int:
    return open_chain(customer_id=customer, market="DE", today=EPOCH, **MADE, **facts)


def price(store: Shop, seller: int, amount: str, day: date = JULY, **facts: object) -> int:
    values = {
        "plan_period_id": store.period,
        "resource_id": store.seat,
        "kind": PriceKind.RECURRING,
        "currency": "EUR",
        **facts,
    }
    return set_seller_price(
        seller_id=seller, unit_price=Decimal(amount), valid_from=day, **values, **MADE
    )


def margin(seller: int, ppm: int, day: date = JULY, **facts: object) -> int:
    values = {"basis": MarginBasis.COST, **facts}
    return set_margin_rule(seller_id=seller, percent_ppm=ppm, valid_from=day, **values, **MADE)


def test_a_billing_account_takes_its_place_of_tax_from_the_addresses(store):
    rex, carl = store.people.rex.account_id, store.people.carl.account_id
    Account.objects.filter(pk=carl).update(tax_number="DE123456789")

    number = open_account_for(rex, carl, "JPY", due_days=14)

    row = BillingAccount.objects.get(pk=number)
    assert (row.seller_zone_id, row.buyer_zone_id, row.buyer_registered) == (
        store.zone,
        store.zone,
        True,
    )
    assert (row.exponent, row.due_days, row.opened_on) == (0, 14, EPOCH)
    assert row.tenant_id == Account.objects.get(pk=carl).tenant_id


def test_a_country_without_zone_is_left_open_until_it_has_one(store):
    rex, carl = store.people.rex.account_id, store.people.carl.account_id
    Account.objects.filter(pk=carl).update(country="FR")
    number = open_account_for(rex, carl)
    assert BillingAccount.objects.get(pk=number).buyer_zone_id is None

    zone = add_tax_zone(code="FR", name="France", country="FR", **MADE)
    resolve_tax_place(billing_account_id=number, **MADE)
    entries = AuditEntry.objects.count()
    resolve_tax_place(billing_account_id=number, **MADE)

    assert BillingAccount.objects.get(pk=number).buyer_zone_id == zone
    assert AuditEntry.objects.count() == entries


def test_only_the_account_directly_above_bills(store):
    with pytest.raises(ResaleRefused, match="does not sell to"):
        open_account_for(store.people.harbor.account_id, store.people.cleo.account_id)


def test_a_second_account_in_the_same_currency_is_refused(store):
    people = store.people

    with pytest.raises(ResaleConflict, match="is billed in EUR"):
        open_account_for(people.sven.account_id, people.cleo.account_id)
    assert open_account_for(people.sven.account_id, people.cleo.account_id, "CHF")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"statement_day": 32}, "statement_day"),
        ({"statement_day": -1}, "statement_day"),
        ({"due_days": -1}, "due_days"),
        ({"due_days": 3651}, "due_days"),
        ({"grace_days": -1}, "grace_days"),
        ({"credit_limit": Decimal("-0.01")}, "credit_limit"),
    ],
)
def test_unusable_terms_are_refused(store, terms, field):
    with pytest.raises(ResaleInput) as caught:
        open_account_for(store.people.rex.account_id, store.people.carl.account_id, **terms)

    assert (caught.value.code, caught.value.field) == ("terms_out_of_bounds", field)


def test_an_unknown_currency_or_account_is_refused(store):
    rex, carl = store.people.rex.account_id, store.people.carl.account_id

    with pytest.raises(MoneyError):
        open_account_for(rex, carl, "XYZ")
    with pytest.raises(NoSuchObject):
        open_account_for(rex, 999_999)


def test_a_chain_has_one_link_for_every_seller_above_the_customer(store):
    links = ChainLink.objects.filter(chain_id=store.chain).order_by("tier")

    people = store.people
    sellers = [p.account_id for p in (people.harbor, people.ria, people.sven)]
    assert list(links.values_list("tier", "seller_id")) == list(enumerate(sellers, start=1))
    assert chain_for(customer_id=people.cleo.account_id, market="DE") == store.chain
    assert chain_for(customer_id=people.cleo.account_id, market="US") is None


def test_the_same_chain_is_used_again_and_a_resellers_own_chain_ends_at_it(store):
    assert chain_of(store.people.cleo.account_id) == store.chain

    own = chain_of(store.people.sven.account_id)

    assert Chain.objects.get(pk=own).tiers == 2


def test_a_missing_billing_account_is_refused_unless_it_shall_be_opened(store):
    carl = store.people.carl.account_id

    with pytest.raises(ResaleRefused, match="has no billing account for") as caught:
        chain_of(carl)
    assert caught.value.code == "billing_account_missing"
    assert not Chain.objects.filter(customer_id=carl).exists()

    number = chain_of(carl, open_missing=Terms())
    assert ChainLink.objects.filter(chain_id=number).count() == 2


def test_the_currency_of_the_last_sale_can_be_chosen(store):
    people = store.people
    francs = open_account_for(people.sven.account_id, people.cleo.account_id, "CHF")

    number = chain_of(people.cleo.account_id, currency="CHF")

    last = ChainLink.objects.get(chain_id=number, tier=3)
    assert last.billing_account_id == francs
    # Without a choice it is the customer's own currency.
    assert chain_of(people.cleo.account_id) == store.chain


def test_every_new_chain_is_kept_as_a_place_where_its_sellers_sell(store):
    people = store.people
    before = places(people.sven.account_id)
    open_account_for(people.sven.account_id, people.cleo.account_id, "CHF")

    # As the reseller's own request does it: what is kept of the sellers above lies beyond its wall.
    tenant = Account.objects.get(pk=people.sven.account_id)
    with behind(Wall(tenant.tenant_id, tenant.path, people.sven.user_id)):
        number = chain_of(people.cleo.account_id, currency="CHF")

    assert places(people.sven.account_id) - before == {(number, 3, "CHF")}
    with connection.cursor() as cursor:
        proof = statement("entrepot.domain.resale", "prove_places").rows(cursor, findings_max=9)
    assert len(proof) == 1


def places(seller: int) -> set[tuple[int, int, str]]:
    return {(one.chain_id, one.tier, one.currency) for one in price_places(seller_id=seller)}


def test_several_foreign_currencies_have_to_be_chosen_from(store):
    people = store.people
    open_account_for(people.sven.account_id, people.cleo.account_id, "CHF")
    Account.objects.filter(pk=people.cleo.account_id).update(currency="USD")

    with pytest.raises(ResaleRefused) as caught:
        chain_of(people.cleo.account_id)

    assert caught.value.code == "billing_account_ambiguous"


def test_nobody_sells_to_the_provider(store):
    with pytest.raises(ResaleRefused, match="nobody sells to it"):
        chain_of(store.people.harbor.account_id)


def test_four_sellers_are_the_most(store):
    sub = account(AccountKind.RESELLER, store.people.sven.account_id, "Sub")
    deepest = account(AccountKind.CUSTOMER, sub, "Deep")

    number = chain_of(deepest, open_missing=Terms())

    assert Chain.objects.get(pk=number).tiers == 4


def test_a_market_has_to_be_named(store):
    with pytest.raises(ResaleInput, match="market"):
        open_chain(customer_id=store.people.cleo.account_id, market=" ", today=EPOCH, **MADE)


def test_a_new_price_closes_the_one_before_and_the_same_one_changes_nothing(store):
    ria = store.people.ria.account_id
    first = price(store, ria, "12.50", date(2026, 5, 1))

    second = price(store, ria, "13.00")

    assert price(store, ria, "13.00") == second
    spans = SellerPrice.objects.order_by("id").values_list("id", "valid_from", "valid_to")
    assert list(spans) == [(first, date(2026, 5, 1), JULY), (second, JULY, None)]


@pytest.mark.parametrize("day", [JULY, date(2026, 6, 30)])
def test_a_price_on_or_before_the_newest_is_refused(store, day):
    price(store, store.people.ria.account_id, "13.00")

    with pytest.raises(ResaleConflict, match="starts on 2026-07-01"):
        price(store, store.people.ria.account_id, "14.00", day)

    assert SellerPrice.objects.get().valid_to is None


def test_a_price_below_cost_needs_a_confirmation_that_the_audit_keeps(store):
    harbor = store.people.harbor.account_id

    with pytest.raises(ResaleRefused, match="below what the unit costs"):
        price(store, harbor, "9.99")

    price(store, harbor, "9.99", confirmed=True)
    assert AuditEntry.objects.latest("id").reason == "price below cost confirmed"


def test_a_price_below_the_upstream_sellers_own_price_needs_a_confirmation(store):
    price(store, store.people.ria.account_id, "12.00", date(2026, 5, 1))

    with pytest.raises(ResaleRefused):
        price(store, store.people.sven.account_id, "11.99")
    assert price(store, store.people.sven.account_id, "12.00")


def test_a_price_keeps_twelve_decimals(store):
    number = price(store, store.people.ria.account_id, "0.000001", kind=PriceKind.OVERUSE)

    assert SellerPrice.objects.get(pk=number).unit_price == Decimal("0.000001000000")


@pytest.mark.parametrize(
    ("amount", "facts", "error"),
    [
        ("-0.01", {}, ResaleInput),
        ("1000000000000", {}, MoneyError),
        ("1", {"currency": "EURO"}, MoneyError),
        ("1", {"day": date(1, 1, 1)}, ResaleInput),
        ("1", {"day": date(9999, 12, 31)}, ResaleInput),
        ("1", {"plan_period_id": 999_999}, NoSuchObject),
        ("1", {"resource_id": 999_999}, NoSuchObject),
    ],
)
def test_an_unusable_price_is_refused(store, amount, facts, error):
    with pytest.raises(error):
        price(store, store.people.ria.account_id, amount, **facts)

    assert not SellerPrice.objects.exists()


def test_customers_set_no_prices_and_no_margins(store):
    cleo = store.people.cleo.account_id

    with pytest.raises(NoSuchObject):
        price(store, cleo, "1")
    with pytest.raises(NoSuchObject):
        margin(cleo, 0)


def test_a_margin_of_the_same_scope_closes_the_one_before(store):
    ria = store.people.ria.account_id
    old = MarginRule.objects.get(seller_id=ria)

    margin(ria, 50_000)
    margin(ria, 70_000, plan_id=store.plan)

    old.refresh_from_db()
    assert old.valid_to == JULY
    assert MarginRule.objects.filter(seller_id=ria, valid_to=None).count() == 2


@pytest.mark.parametrize(
    ("ppm", "basis"),
    [
        (-1, MarginBasis.COST),
        (1_000_001, MarginBasis.COST),
        (1_000_001, MarginBasis.RETAIL),
        (-1_000_000, MarginBasis.RETAIL),
    ],
)
def test_an_unusual_margin_needs_a_confirmation_that_the_audit_keeps(store, ppm, basis):
    ria = store.people.ria.account_id

    with pytest.raises(ResaleRefused, match="Confirm it"):
        margin(ria, ppm, basis=basis)

    margin(ria, ppm, basis=basis, confirmed=True)
    assert AuditEntry.objects.latest("id").reason == "unusual margin confirmed"


@pytest.mark.parametrize(
    ("ppm", "facts", "code"),
    [
        (-1_000_001, {}, "margin_out_of_bounds"),
        (100_000_001, {}, "margin_out_of_bounds"),
        (0, {"digits": 13}, "margin_out_of_bounds"),
        (0, {"plan_id": 1, "vendor_id": 1}, "margin_scope_ambiguous"),
        (0, {"day": date(9999, 1, 1)}, "span_out_of_bounds"),
    ],
)
def test_an_unusable_margin_is_refused(store, ppm, facts, code):
    with pytest.raises(ResaleInput) as caught:
        margin(store.people.ria.account_id, ppm, confirmed=True, **facts)

    assert caught.value.code == code


def test_a_rate_of_the_same_day_is_corrected_and_the_audit_keeps_both(db):
    facts = {"from_currency": "USD", "to_currency": "EUR", "on_date": JULY, "source": "ECB"}
    first = set_exchange_rate(rate=Decimal("0.92"), **facts, **MADE)

    assert set_exchange_rate(rate=Decimal("0.93"), **facts, **MADE) == first
    assert ExchangeRate.objects.get().rate == Decimal("0.93")
    entry = AuditEntry.objects.latest("id")
    assert entry.before["rate"] == "0.920000000000"


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"rate": Decimal(0)}, ResaleInput),
        ({"rate": Decimal(-1)}, ResaleInput),
        ({"rate": Decimal("NaN")}, MoneyError),
        ({"to_currency": "USD"}, ResaleInput),
        ({"to_currency": "???"}, MoneyError),
        ({"on_date": date(1, 1, 1)}, ResaleInput),
    ],
)
def test_an_unusable_rate_is_refused(db, facts, error):
    values = {
        "from_currency": "USD",
        "to_currency": "EUR",
        "rate": Decimal("0.9"),
        "on_date": JULY,
        **facts,
    }
    with pytest.raises(error):
        set_exchange_rate(source="ECB", **values, **MADE)


def test_own_values_come_before_upstream_ones_field_by_field(store):
    people = store.people

    def put(person, **values: object) -> None:
        set_plan_overlay(
            account_id=person.account_id, plan_id=store.plan, overlay=Overlay(**values), **MADE
        )

    put(people.ria, name={"en": "Ria Mail"}, description={"en": "By Ria"})
    put(people.sven, name={"en": "Sven Mail"}, display_in_customer_panel=False)

    sven = Account.objects.get(pk=people.sven.account_id)
    seen = plan_values(plan_ids=[store.plan, 999_999], seller_path=sven.path)
    assert list(seen) == [store.plan]
    values = seen[store.plan]
    assert (values.name, values.description) == ({"en": "Sven Mail"}, {"en": "By Ria"})
    assert (values.is_published, values.display_in_customer_panel) == (True, False)
    rex = Account.objects.get(pk=people.rex.account_id)
    assert plan_values(plan_ids=[store.plan], seller_path=rex.path)[store.plan].name is None


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": {"en": "Mail\x00"}}, "name_has_controls"),
        ({"name": {"en": "Mail \u202egnp"}}, "name_has_controls"),
        ({"name": {"en": "x" * 251}}, "name_too_long"),
        ({"name": {"en": " "}}, "name_missing"),
        ({"name": {"xx": "Mail"}}, "language_unknown"),
        ({"description": {"de": "x" * 4_001}}, "name_too_long"),
    ],
)
def test_an_unusable_text_of_a_plan_is_refused(store, values, code):
    with pytest.raises(PartyInput) as refused:
        set_plan_overlay(
            account_id=store.people.ria.account_id,
            plan_id=store.plan,
            overlay=Overlay(**values),
            **MADE,
        )

    assert (refused.value.code, refused.value.field) == (code, next(iter(values)))
    assert not PlanOverlay.objects.exists()


def test_an_overlay_that_changes_nothing_writes_nothing(store):
    facts = {"account_id": store.people.ria.account_id, "plan_id": store.plan}
    first = set_plan_overlay(overlay=Overlay(is_published=False), **facts, **MADE)
    entries = AuditEntry.objects.count()

    assert set_plan_overlay(overlay=Overlay(is_published=False), **facts, **MADE) == first
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("who", "count"), [("harbor", 1), ("ria", 2), ("sven", 2), ("cleo", 1), ("rex", 0), ("carl", 0)]
)
def test_people_see_only_the_billing_accounts_on_which_they_sell_or_buy(store, who, count):
    viewer = store.people.all[who].viewer()

    every = [
        billing_accounts(viewer=viewer, account_id=person.account_id, limit=50)
        for person in store.people.all.values()
    ]

    assert len({row.id for rows in every for row in rows}) == count
