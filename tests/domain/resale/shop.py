"""A shop for stories: the cast of people, German tax, one plan of a vendor, margins down to Cleo.

unit cost 10.00, recommended retail price 15.00 a seat and month; storage is measured
Harbor sells to Ria at cost + 10 % = 11.00, Ria to Sven at retail - 20 % = 12.00, Sven to Cleo at retail = 15.00
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanPeriod,
    PlanResource,
    Resource,
    Service,
    Vendor,
)
from entrepot.domain.resale.commands import Terms, open_chain, set_margin_rule
from entrepot.domain.resale.models import BillingAccount, MarginBasis
from entrepot.domain.subscriptions.commands import start_subscription
from entrepot.domain.tax.commands import add_tax_category, add_tax_zone, set_tax_rule
from entrepot.domain.tax.models import TaxTreatment
from tests.support.people import NOW, SETUP, Cast, cast

EPOCH = date(2026, 1, 1)
START = date(2026, 3, 1)
DAILY = Terms(statement_day=0, due_days=10, grace_days=5)


@dataclass(frozen=True)
class Shop:
    """Everybody and everything that a story needs."""

    people: Cast
    chain: int
    plan: int
    period: int
    seat: int
    storage: int
    zone: int
    category: int

    def account_of(self, buyer_id: int) -> BillingAccount:
        """Return the account on which somebody is billed."""
        return BillingAccount.objects.get(buyer_id=buyer_id)

    def subscribe(self, quantity: str = "5", start_on: date = START, **facts: object) -> int:
        """Start a subscription of Cleo's for seats."""
        return start_subscription(
            customer_id=self.people.cleo.account_id,
            plan_period_id=self.period,
            quantities={self.seat: Decimal(quantity)},
            start_on=start_on,
            actor=SETUP,
            now=NOW,
            **facts,  # type: ignore[arg-type]
        )


def shop(*, terms: Terms = DAILY) -> Shop:
    """Open the shop; every billing account has the same terms."""
    people = cast()
    zone = add_tax_zone(code="DE", name="Germany", country="DE", actor=SETUP, now=NOW)
    category = add_tax_category(code="standard", name="Standard", actor=SETUP, now=NOW)
    set_tax_rule(
        seller_zone_id=zone,
        buyer_zone_id=zone,
        category_id=category,
        buyer_registered=False,
        treatment=TaxTreatment.STANDARD,
        rate_ppm=190_000,
        label="VAT 19 %",
        valid_from=EPOCH,
        actor=SETUP,
        now=NOW,
    )
    plan, seat, storage = _plan(category)
    period = add_period(plan, seat)
    margins = [
        (people.harbor, MarginBasis.COST, 100_000),
        (people.ria, MarginBasis.RETAIL, -200_000),
        (people.sven, MarginBasis.RETAIL, 0),
    ]
    for seller, basis, ppm in margins:
        set_margin_rule(
            seller_id=seller.account_id,
            basis=basis,
            percent_ppm=ppm,
            valid_from=EPOCH,
            actor=SETUP,
            now=NOW,
        )
    chain = open_chain(
        customer_id=people.cleo.account_id,
        market="DE",
        open_missing=terms,
        actor=SETUP,
        now=NOW,
        today=EPOCH,
    )
    return Shop(people, chain, plan, period, seat, storage, zone, category)


def add_period(plan: int, seat: int, **facts: object) -> int:
    """Add a monthly billed year of the plan, at the usual price of a seat."""
    period = PlanPeriod.objects.create(
        plan_id=plan, **{"term_months": 12, "billing_months": 1, **facts}
    )
    add_price(period.id, seat)
    return period.id


def add_price(
    period: int, resource: int, *, kind: PriceKind = PriceKind.RECURRING, cost: str = "10"
) -> None:
    """List a cost and the recommended retail price of half as much again."""
    retail = Decimal(cost) * Decimal("1.5")
    CatalogPrice.objects.create(
        plan_period_id=period,
        resource_id=resource,
        kind=kind,
        market="DE",
        currency="EUR",
        unit_cost=Decimal(cost),
        retail_price=retail,
        listed_cost=Decimal(cost),
        listed_retail=retail,
        valid_from=EPOCH,
    )


def _plan(category: int) -> tuple[int, int, int]:
    vendor = Vendor.objects.create(code="vendor", name="Vendor")
    service = Service.objects.create(vendor=vendor, code="mail", name="Mail")
    seat = Resource.objects.create(service=service, code="seat", name="Seat")
    storage = Resource.objects.create(
        service=service, code="storage", name="Storage", is_measured=True
    )
    plan = Plan.objects.create(
        service=service,
        tax_category_id=category,
        name="Mail Basic",
        product_code="MAIL",
        sku_code="0001",
    )
    PlanResource.objects.create(plan=plan, resource=seat, position=0)
    PlanResource.objects.create(plan=plan, resource=storage, position=1, included=2)
    return plan.id, seat.id, storage.id
