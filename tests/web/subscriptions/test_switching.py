"""Change plan: the plans with what they cost, the order for what was shown, and nothing twice."""

import re
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.catalog.commands import allow_switch, set_needs
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import CatalogPrice, Plan, PlanPeriod, PlanResource
from entrepot.domain.ordering.models import Order
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from tests.domain.resale.shop import add_price
from tests.support.people import NOW, SETUP
from tests.support.runs import run_within

START = date(2026, 3, 1)


@pytest.fixture
def sub(store) -> int:
    """One seat of Cleo's since the first of March, billed once for 15.00; Premium costs 30.00."""
    number = store.shop.subscribe("1")
    run_within(day=START, now=NOW)
    first = Plan.objects.get(pk=store.shop.plan)
    plan = Plan.objects.create(
        service=first.service,
        sales_category=first.sales_category,
        tax_category=first.tax_category,
        name="Premium",
        product_code="premium",
        sku_code="1",
    )
    PlanResource.objects.create(plan=plan, resource_id=store.shop.seat)
    period = PlanPeriod.objects.create(plan=plan, term_months=12, billing_months=1)
    add_price(period.pk, store.shop.seat, cost="20")
    add_price(period.pk, store.shop.seat, kind=PriceKind.SETUP, cost="100")
    allow_switch(
        from_period_id=store.shop.period, to_period_id=period.pk, actor=SETUP, now=NOW, refunds=True
    )
    return number


def hidden(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" form="act" name="(\w+)" value="([^"]*)">', text)
    return dict(found)


def test_a_plan_is_changed_for_the_amount_shown_and_only_once(at, store, sub):
    sven = at(store.people.sven)
    url = f"/reseller/subscriptions/{sub}/plan/"
    assert "Change plan…" in sven.get(f"/reseller/subscriptions/{sub}/").content.decode()

    # On 2 March 30 of 31 days are left: 30.00 x 30/31 - 15.00 x 30/31 = 29.03 - 14.52; 30.00 from April.
    text = sven.get(url).content.decode()
    for shown in ("Premium", "€14.51", "€30.00", "+15.00", "Change to Premium, €14.51"):
        assert shown in text, shown
    given = hidden(text)
    assert Decimal(given["amount"]) == Decimal("14.51")

    for values, status, said in (
        ({"amount": "9.99"}, 409, "costs 14.51"),
        ({"amount": "much"}, 422, "number"),
        ({"plan": "999"}, 422, "There is no such plan to change to."),
        ({"version": "99"}, 409, "changed by somebody else"),
    ):
        answer = sven.post(url, {**given, **values})
        assert answer.status_code == status, values
        assert said in answer.content.decode(), values
    assert not Order.objects.exists()

    assert sven.post(url, given).status_code == 302
    assert sven.post(url, given).status_code == 302
    assert Order.objects.count() == 1
    text = sven.get(url).content.decode()
    assert "Withdraw the cancellation first." in text
    rex = at(store.people.rex)
    assert rex.get(url).status_code == 404
    assert rex.post(url, given).status_code == 404


def test_customers_see_their_price_only_and_other_plans_offer_nothing(at, store, sub):
    cleo = at(store.people.cleo)
    text = cleo.get(f"/customer/subscriptions/{sub}/plan/").content.decode()
    assert "€14.51" in text
    assert "Your cost" not in text

    other = SubBilling.objects.get(pk=store.shop.subscribe("1"))
    PlanPeriod.objects.filter(plan__name="Premium").update(is_active=False)
    page = cleo.get(f"/customer/subscriptions/{other.pk}/")
    assert "Change plan…" not in page.content.decode()
    text = cleo.get(f"/customer/subscriptions/{other.pk}/plan/").content.decode()
    assert "No plan to change to" in text


def test_a_plan_that_costs_nothing_is_confirmed_as_the_last_step(at, store, sub):
    # Premium for what Basic costs: 15.00 back and 15.00 again for the 30 days that are left, and no set-up fee.
    period = PlanPeriod.objects.get(plan__name="Premium")
    CatalogPrice.objects.filter(plan_period=period, kind=PriceKind.SETUP).delete()
    CatalogPrice.objects.filter(plan_period=period).update(unit_cost=10, retail_price=15)
    sven = at(store.people.sven)
    url = f"/reseller/subscriptions/{sub}/plan/"
    given = hidden(sven.get(url).content.decode())
    assert Decimal(given["amount"]) == 0

    first = sven.post(url, given)
    assert first.status_code == 409
    assert "Confirm the free change" in first.content.decode()
    assert not Order.objects.exists()

    assert sven.post(url, {**given, "confirmed": "free"}).status_code == 302
    assert Order.objects.count() == 1


def test_what_another_subscription_needs_is_cancelled_only_by_who_was_told(at, store, sub):
    premium = Plan.objects.get(name="Premium")
    other = store.shop.subscribe("1")
    Subscription.objects.filter(pk=other).update(plan_id=premium.pk, plan_name="Premium")
    sven = at(store.people.sven)
    url = f"/reseller/subscriptions/{sub}/cancel/"
    assert "do not work" not in sven.get(url).content.decode()
    set_needs(plan_id=premium.pk, needs={store.shop.plan: True}, actor=SETUP, now=NOW)

    text = sven.get(url).content.decode()
    assert f"Without it these do not work: Premium (SUB-{other})." in text
    form = {
        "version": SubBilling.objects.get(pk=sub).version,
        "cancel_on": "2026-03-02",
        "reason": "Too expensive",
    }
    assert sven.post(url, form).status_code == 422
    assert not Order.objects.exists()
    # A second subscription to the plan is enough.
    second = store.shop.subscribe("1")
    assert "do not work" not in sven.get(url).content.decode()
    Subscription.objects.filter(pk=second).update(plan_id=premium.pk)

    assert sven.post(url, {**form, "needed": "on"}).status_code == 302
    assert Order.objects.get().kind == "cancellation"
