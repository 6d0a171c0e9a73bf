"""A price by quantity: set by the provider, made by margins on every tier, estimated, billed and shown by levels."""

from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.billing.models import Charge, Invoice
from entrepot.domain.catalog.commands import Fee, FeeLevel, set_fee
from entrepot.domain.catalog.errors import CatalogInput
from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.catalog.models import CatalogPrice, PlanPeriod
from entrepot.domain.resale.commands import Goods, PriceChange, change_prices
from entrepot.domain.resale.errors import ResaleRefused
from entrepot.domain.subscriptions.commands import start_subscription
from entrepot.flows.daily_billing import run_day
from tests.support.people import SETUP
from tests.web.marketplace.conftest import NOW, Mall
from tests.web.marketplace.test_marketplace import _text

TODAY = NOW.date()
# Cost and retail price: 10 and 15, above ten units 8 and 12, above twenty 6 and 9.
LEVELS = {
    "unit_cost": "10",
    "retail_price": "15",
    "above_2": "10",
    "cost_2": "8",
    "retail_2": "12",
    "above_3": "20",
    "cost_3": "6",
    "retail_3": "9",
}


@pytest.fixture
def monthly(mall: Mall) -> PlanPeriod:
    """Add a monthly period of the second plan, without a price."""
    return PlanPeriod.objects.create(plan_id=mall.year, term_months=1, billing_months=1)


def set_levels(mall: Mall, period: PlanPeriod, **values: str) -> tuple[int, str]:
    """Post the provider's form; return the status and the text of the answer."""
    client = mall.browser(mall.shop.people.harbor)
    sent = {
        "period": str(period.id),
        "resource": str(mall.vault),
        "kind": "recurring",
        "market": "DE",
        "currency": "EUR",
        "valid_from": TODAY.isoformat(),
        **values,
    }
    answer = client.post(f"/provider/plans/{mall.year}/price/", sent)
    return answer.status_code, _text(answer)


def test_levels_are_seen_and_estimated_on_every_tier(mall: Mall, monthly: PlanPeriod) -> None:
    assert set_levels(mall, monthly, model="tiered", **LEVELS)[0] == 302
    people = mall.shop.people
    client = mall.browser(people.sven)

    # Harbor sells at cost + 10 %, Ria at retail - 20 %, Sven at retail.
    provider = _text(mall.browser(people.harbor).get(f"/provider/plans/{mall.year}/"))
    assert "units above 10 up to 20" in provider
    assert "€8.80" in provider
    desk = _text(client.get("/reseller/prices/?at=DE.EUR.EUR&q=vault"))
    for text in ("units above 20", "€7.20", "€9.00"):
        assert text in desk, text
    page = _text(client.get(f"/reseller/marketplace/{mall.year}/?for={people.cleo.account_id}"))
    assert "€12.00 each for units above 10 up to 20" in page
    assert "€9.00 each for units above 20" in page

    added = {"for": people.cleo.account_id, "period": monthly.id, f"units-{mall.vault}": "25"}
    client.post(f"/reseller/marketplace/{mall.year}/add/", added)
    cart = _text(client.get("/reseller/cart/"))
    # 10 x 15 + 10 x 12 + 5 x 9 = 315 for Cleo, 10 x 12 + 10 x 9.60 + 5 x 7.20 = 252 for Sven.
    assert "€315.00" in cart
    assert "€252.00" in cart


def test_a_subscription_by_levels_is_shown_and_explained_as_it_is_billed(
    mall: Mall, monthly: PlanPeriod
) -> None:
    assert set_levels(mall, monthly, model="volume", **LEVELS)[0] == 302
    people = mall.shop.people
    subscription = start_subscription(
        customer_id=people.cleo.account_id,
        plan_period_id=monthly.id,
        quantities={mall.vault: Decimal(25)},
        start_on=TODAY,
        actor=SETUP,
        now=NOW,
    )
    run_day(day=TODAY, now=NOW, allow_missed=True)

    rows = Charge.objects.filter(subscription_id=subscription).order_by("tier")
    # All 25 units at the level above twenty: 6 + 10 %, 9 - 20 % and 9.
    assert [(row.level, row.quantity, row.net) for row in rows] == [
        (2, 25, Decimal(165)),
        (2, 25, Decimal(180)),
        (2, 25, Decimal(225)),
    ]
    sven = mall.browser(people.sven)
    shown = _text(sven.get(f"/reseller/subscriptions/{subscription}/"))
    assert "by quantity" in shown
    assert "all units, if more than 20" in shown
    invoice = Invoice.objects.get(buyer_id=people.cleo.account_id)
    why = _text(mall.browser(people.cleo).get(f"/customer/invoices/{invoice.id}/?why=1"))
    assert "for all units of more than 20" in why


def test_levels_that_cannot_be_billed_are_refused(mall: Mall, monthly: PlanPeriod) -> None:
    def refused(**values: str) -> str:
        status, text = set_levels(mall, monthly, **{**LEVELS, **values})
        assert status == 422
        return text

    assert "A flat price has one level" in refused(model="flat")
    assert "follow one another" in refused(model="tiered", above_3="10")
    assert "follow one another" in refused(model="tiered", above_2="0")
    assert "Fill in the whole level" in refused(model="tiered", cost_3="")
    assert "no price list sets can have levels" in refused(model="volume", kind="setup")
    assert not CatalogPrice.objects.filter(plan_period=monthly).exists()

    assert set_levels(mall, monthly, model="tiered", **LEVELS)[0] == 302
    assert "was tiered from the first one on" in refused(model="volume")
    assert set_levels(mall, monthly, model="tiered", **LEVELS)[0] == 302
    assert CatalogPrice.objects.filter(plan_period=monthly).count() == 3
    own = Goods(
        plan_period_id=monthly.id,
        resource_id=mall.vault,
        kind=PriceKind.RECURRING,
        currency="EUR",
    )
    with pytest.raises(ResaleRefused) as found:
        change_prices(
            seller_id=mall.shop.people.ria.account_id,
            changes=[PriceChange(goods=own, unit_price=Decimal(20))],
            valid_from=TODAY,
            business_date=TODAY,
            actor=SETUP,
            now=NOW,
        )
    assert found.value.code == "price_has_levels"


def test_other_levels_follow_from_a_day_on(mall: Mall, monthly: PlanPeriod) -> None:
    def levels(*limits: str) -> Fee:
        return Fee(
            plan_period_id=monthly.id,
            resource_id=mall.vault,
            kind=PriceKind.RECURRING,
            market="de",
            currency="EUR",
            model=PriceModel.VOLUME,
            levels=tuple(FeeLevel(Decimal(one), Decimal(9), Decimal(10)) for one in limits),
        )

    facts = {"business_date": TODAY, "actor": SETUP, "now": NOW}
    assert set_fee(fee=levels("0", "5"), valid_from=TODAY, **facts)  # type: ignore[arg-type]
    june = date(2026, 6, 1)
    assert set_fee(fee=levels("0", "7", "9"), valid_from=june, **facts)  # type: ignore[arg-type]
    assert not set_fee(fee=levels("0", "5"), valid_from=TODAY, **facts)  # type: ignore[arg-type]
    rows = CatalogPrice.objects.filter(plan_period=monthly).order_by("valid_from", "lower_limit")
    assert [(row.lower_limit, row.valid_to) for row in rows] == [
        (0, june),
        (5, june),
        (0, None),
        (7, None),
        (9, None),
    ]
    with pytest.raises(CatalogInput) as found:
        set_fee(fee=levels("1", "5"), valid_from=TODAY, **facts)  # type: ignore[arg-type]
    assert found.value.code == "fee_levels_unordered"
