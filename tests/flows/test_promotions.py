"""Promotions from the seller's promise to the first invoice, and every way in which a code can be wrong."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import Plan
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.resale.commands import NewPromotion, create_promotion, end_promotion
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput
from entrepot.domain.subscriptions.errors import PromotionRefused
from entrepot.flows.daily_billing import run_day
from entrepot.flows.orders import cancel_order, estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.flows.verify import verify
from tests.domain.resale.shop import Shop, add_price, shop
from tests.support.people import SETUP

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@pytest.fixture
def store(db) -> Shop:
    return shop()


def _promise(seller: int, **facts: Any) -> int:
    wanted: dict[str, Any] = {"name": "Spring", "valid_from": TODAY, "recurring_ppm": 250_000}
    return create_promotion(
        seller_id=seller,
        wanted=NewPromotion(**(wanted | facts)),
        today=TODAY,
        actor=SETUP,
        now=NOW,
    )


def _cart(store: Shop, code: str = "") -> Cart:
    line = Line(store.period, {store.seat: Decimal(5)})
    return Cart(store.people.cleo.account_id, [line], promotion_code=code)


def _place(cart: Cart, *, key: str) -> int:
    confirmed = estimate_order(cart, now=NOW).total.first
    (number,) = place_order(
        cart, request_key=key, confirmed=confirmed, is_free_confirmed=True, actor=SETUP, now=NOW
    )
    return number


def _second_plan(store: Shop) -> int:
    first = Plan.objects.get(pk=store.plan)
    return Plan.objects.create(
        service=first.service,
        tax_category=first.tax_category,
        name="Backup",
        product_code="backup",
        sku_code="1",
    ).pk


def test_each_seller_gives_its_own_share_and_the_invoice_has_what_was_confirmed(store):
    """Five seats at 11, 12 and 15, setup 4.40, 4.80 and 6: Harbor gives 10 %, Sven's code a quarter and the setup."""
    add_price(store.period, store.seat, kind=PriceKind.SETUP, cost="4")
    people = store.people
    _promise(people.sven.account_id, code="spring-26", setup_ppm=1_000_000)
    _promise(people.harbor.account_id, name="Volume", recurring_ppm=100_000, on_renewal=True)

    assert estimate_order(_cart(store), now=NOW).total.first == Decimal("81.00")
    seen = estimate_order(_cart(store, " Spring-26 "), now=NOW)
    (line,) = seen.lines
    assert {tier: bill.first for tier, bill in line.bills.items()} == {
        1: Decimal("53.90"),
        2: Decimal("64.80"),
        3: Decimal("56.25"),
    }
    assert line.costs[2].first == Decimal("53.90")
    assert {tier: one.name for tier, one in line.promotions.items()} == {1: "Volume", 3: "Spring"}

    order = Order.objects.get(pk=_place(_cart(store, "SPRING-26"), key="one"))
    run_day(day=TODAY, now=NOW)
    billed = dict.fromkeys(line.bills, Decimal(0))
    for charge in Charge.objects.filter(subscription_id=order.subscription_id):
        billed[charge.tier] += charge.net
    assert billed == {tier: bill.first for tier, bill in line.bills.items()}
    assert verify().is_proved


def test_a_code_is_refused_with_the_reason_and_given_back_with_the_order(store):
    people = store.people
    sven = people.sven.account_id
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    for code, facts in {
        "ONCE": {"once_per_customer": True},
        "FEW": {"uses_max": 1},
        "LATER": {"valid_from": TODAY + timedelta(days=1)},
        "OVER": {},
        "OTHER": {"plan_id": _second_plan(store)},
    }.items():
        number = _promise(sven, code=code, **facts)
        if code == "OVER":
            end_promotion(promotion_id=number, seller_id=sven, today=TODAY, actor=SETUP, now=NOW)
    _promise(people.rex.account_id, code="FOREIGN")

    def refused(code: str) -> str:
        with pytest.raises(PromotionRefused) as refusal:
            estimate_order(_cart(store, code), now=NOW)
        return refusal.value.code

    assert refused("FOREIGN") == refused("NONSENSE") == "promotion_code_unknown"
    assert refused("OVER") == refused("LATER") == "promotion_code_over"
    assert refused("OTHER") == "promotion_code_other_plan"
    placed = {code: _place(_cart(store, code), key=code) for code in ("ONCE", "FEW")}
    assert refused("ONCE") == "promotion_code_used"
    assert refused("FEW") == "promotion_code_used_up"
    mark_failed(
        operation_id=Order.objects.get(pk=placed["ONCE"]).operation_id,
        comment="wrong domain",
        actor=SETUP,
        now=NOW,
    )
    cancel_order(order_id=placed["ONCE"], comment="not wanted", actor=SETUP, now=NOW)
    assert estimate_order(_cart(store, "ONCE"), now=NOW).total.first == Decimal("56.25")
    assert refused("FEW") == "promotion_code_used_up"


def test_a_promotion_with_another_plan_waits_until_the_customer_has_it(store):
    _promise(store.people.sven.account_id, parent_plan_id=store.plan, recurring_ppm=1_000_000)
    _promise(store.people.sven.account_id, name="All", recurring_ppm=200_000)
    assert estimate_order(_cart(store), now=NOW).total.first == Decimal("60.00")
    store.subscribe()
    seen = estimate_order(_cart(store), now=NOW)
    assert (seen.total.first, seen.is_free) == (0, True)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"recurring_ppm": 0}, "promotion_rate_out_of_bounds"),
        ({"recurring_ppm": 1_000_001}, "promotion_rate_out_of_bounds"),
        ({"valid_from": TODAY - timedelta(days=1)}, "promotion_span_unusable"),
        ({"valid_to": TODAY}, "promotion_span_unusable"),
        ({"code": "a b"}, "promotion_code_malformed"),
        ({"name": " "}, "promotion_name_unusable"),
        ({"code": "X", "on_renewal": True}, "promotion_renewal_with_condition"),
        ({"uses_max": 0}, "promotion_uses_out_of_bounds"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_refused(facts, code):
    with pytest.raises(ResaleInput) as refusal:
        _promise(1, **facts)
    assert refusal.value.code == code


def test_two_promises_for_the_same_plan_and_day_are_refused_and_a_code_is_used_once(store):
    sven = store.people.sven.account_id
    first = _promise(sven, valid_to=TODAY + timedelta(days=10))
    with pytest.raises(ResaleConflict, match="Spring"):
        _promise(sven, valid_from=TODAY + timedelta(days=9))
    _promise(sven, valid_from=TODAY + timedelta(days=10))
    end_promotion(promotion_id=first, seller_id=sven, today=TODAY, actor=SETUP, now=NOW)
    _promise(sven, name="Now", valid_to=TODAY + timedelta(days=10))
    _promise(sven, code="TWICE")
    with pytest.raises(ResaleConflict, match="TWICE"):
        _promise(sven, code="twice")
