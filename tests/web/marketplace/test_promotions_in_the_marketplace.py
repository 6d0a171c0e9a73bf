"""Promotions where people buy: shown before the order, taken by code, refused at the field."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entrepot.domain.billing.models import Charge
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.resale.commands import NewPromotion, create_promotion, end_promotion
from entrepot.domain.subscriptions.models import PromotionTaken
from entrepot.flows.daily_billing import run_day
from tests.support.people import SETUP, Person
from tests.web.marketplace.conftest import NOW, Mall
from tests.web.marketplace.test_checkout import CART, CHANGE, ORDER, _form, _order, _text

TODAY = NOW.date()
Filled = Callable[..., Client]


def _promise(seller: Person, **facts: Any) -> int:
    wanted: dict[str, Any] = {"name": "Spring", "valid_from": TODAY, "recurring_ppm": 250_000}
    return create_promotion(
        seller_id=seller.account_id,
        wanted=NewPromotion(**(wanted | facts)),
        today=TODAY,
        actor=SETUP,
        now=NOW,
    )


def test_a_code_takes_off_what_the_cart_says_and_the_order_says_so(
    mall: Mall, filled: Filled
) -> None:
    people, client = mall.shop.people, filled()
    _promise(people.sven, code="SPRING-26")
    _promise(people.ria, name="Volume", recurring_ppm=100_000)

    page = client.post(CHANGE, {"promotion_code": " spring-26 "}, follow=True)
    text = _text(page)
    # 5 seats at 15.00 and 2 vaults at 150.00, less a quarter; Sven pays 60 and 240, less a tenth of each.
    for shown in (
        "Order for €281.25",
        "−€18.75 with “Spring”",
        "−€75.00 with “Spring”",
        "−€6.00 on your cost with “Volume”",
    ):
        assert shown in text, shown
    for shown in ("Applied: Spring.", "€56.25", "€225.00", "€54.00", "€216.00"):
        assert shown in text, shown
    # The months of the first year keep it; the next year of the vaults is another term.
    assert "€56.25 a month from 10 Apr 2026" in text
    assert "€300.00 a year from 10 Mar 2027" in text
    assert 'value="spring-26"' in page.content.decode()

    done = client.get(_order(client)["Location"])
    assert "€56.25" in _text(done)
    first = Order.objects.get(place=0)
    taken = PromotionTaken.objects.filter(subscription_id=first.subscription_id)
    assert sorted(taken.values_list("tier", flat=True)) == [2, 3]
    run_day(day=date(2026, 3, 10), now=NOW)
    billed = Charge.objects.get(subscription_id=first.subscription_id, tier=3)
    assert billed.net == first.first_amount == Decimal("56.25")

    order = _text(client.get(f"/reseller/orders/{first.id}/"))
    assert "Promotion Spring 25% off the price, for the first term" in order
    assert "Promotion on your cost Volume 10% off the price, for the first term" in order
    assert "Prices have changed" not in order
    # A vault each year: 225.00 of the first one were confirmed, the next one is another term.
    second = _text(client.get(f"/reseller/orders/{Order.objects.get(place=1).id}/"))
    assert "€300.00 cost €240.00, margin €60.00" in second
    kept = _text(client.get(f"/reseller/subscriptions/{first.subscription_id}/"))
    assert "25% Spring until 10 Mar 2027" in kept
    cleo = _text(mall.browser(people.cleo).get(f"/customer/orders/{first.id}/"))
    assert "Promotion Spring 25% off" in cleo
    assert "Volume" not in cleo
    ria = _text(mall.browser(people.ria).get(f"/reseller/orders/{first.id}/"))
    assert "Promotion Volume 10% off" in ria
    assert "Spring" not in ria
    support = mall.browser(people.sven, role=RoleCode.SUPPORT)
    assert "Spring" not in _text(support.get(f"/reseller/orders/{first.id}/"))


def test_a_code_that_counts_for_nothing_is_refused_at_its_field_and_the_cart_stays(
    mall: Mall, filled: Filled
) -> None:
    people, client = mall.shop.people, filled()
    _promise(people.rex, code="FOREIGN")
    number = _promise(people.sven, code="GOOD", name="Good")

    for typed, said in {
        "FOREIGN": "Nobody you buy from knows the code FOREIGN.",
        "x" * 60: "A promotion code has at most 40 visible characters.",
    }.items():
        page = client.post(CHANGE, {"promotion_code": typed}, follow=True)
        assert said in _text(page)
        assert f'value="{typed}"' in page.content.decode()
        assert "First bill, before tax €375.00" in _text(page)
        assert _order(client).status_code == 422
    client.post(CHANGE, {"promotion_code": "GOOD"})
    form = _form(client.get(CART))
    # 375 less a quarter of both lines: 56.25 + 225.
    assert form["confirmed"] == "281.25"
    end_promotion(
        promotion_id=number, seller_id=people.sven.account_id, today=TODAY, actor=SETUP, now=NOW
    )
    late = client.post(ORDER, form)
    assert late.status_code == 422
    assert "The code GOOD is not valid today." in _text(late)
    assert not Order.objects.exists()
    client.post(CHANGE, {"promotion_code": ""})
    assert _order(client).status_code == 302


def test_a_promotion_for_everybody_that_ended_since_the_cart_was_seen_is_asked_again(
    mall: Mall, filled: Filled
) -> None:
    sven, client = mall.shop.people.sven, filled()
    number = _promise(sven, name="Open days", setup_ppm=0, on_renewal=True)
    page = client.get(CART)
    # It is given at renewals, too.
    assert "€225.00 a year from 10 Mar 2027" in _text(page)
    end_promotion(promotion_id=number, seller_id=sven.account_id, today=TODAY, actor=SETUP, now=NOW)
    asked = client.post(ORDER, _form(page))
    assert asked.status_code == 409
    for amount in ("€281.25", "€375.00", "Order for €375.00"):
        assert amount in _text(asked), amount
    assert not Order.objects.exists()


def test_plans_are_shown_with_the_price_before_and_after_to_those_who_see_prices(
    mall: Mall,
) -> None:
    people = mall.shop.people
    cleo = mall.browser(people.cleo)
    with CaptureQueriesContext(
        connection,
    ) as plain:
        cleo.get("/customer/marketplace/")
    _promise(people.sven, plan_id=mall.shop.plan)
    _promise(people.sven, code="HIDDEN", name="Hidden")
    with CaptureQueriesContext(connection) as promoted:
        page = cleo.get("/customer/marketplace/")
    assert len(promoted) == len(plain)
    assert "<s>€15.00</s>" in page.content.decode()
    assert "€11.25" in _text(page)
    assert "Hidden" not in _text(page)
    plan = cleo.get(f"/customer/marketplace/{mall.shop.plan}/")
    assert "Spring : the prices below are those of orders placed today." in _text(plan)
    assert "<s>€15.00</s>" in plan.content.decode()
    support = mall.browser(people.sven, role=RoleCode.SUPPORT)
    assert "Spring" not in _text(support.get("/reseller/marketplace/"))
    # What Ria gives lowers Sven's cost: 12.00 less a tenth; 15.00 less a quarter leave 0.45 of 11.25.
    _promise(people.ria, name="Volume", recurring_ppm=100_000)
    seen = _text(mall.browser(people.sven).get("/reseller/marketplace/"))
    assert "€10.80" in seen
    assert "4.0%" in seen
    assert "Volume" not in _text(cleo.get("/customer/marketplace/"))
