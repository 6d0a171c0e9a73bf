"""The world of the invoice picture: Ria's customer Cleo on 1 December 2026, billed by the engine.

Harbor sells to Ria (tier 1), Ria to Cleo (tier 2). Cleo had the service since 1 November; on 12 and 17 November she
added seats, on 21 November she gave some back, and she used more storage than is included.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from entrepot.domain.billing.models import Invoice
from entrepot.domain.catalog.models import Resource
from entrepot.domain.parties.models import Account, Brand
from entrepot.domain.subscriptions.models import QuantityChange, Subscription
from entrepot.domain.tax.models import TaxRule as StoredTaxRule
from tests.reference.engine import bill_with_engine
from tests.reference.simple import days_from
from tests.reference.world import (
    Account as PlainAccount,
)
from tests.reference.world import (
    BillingAccount,
    CatalogPrice,
    Chain,
    Discount,
    Item,
    MarginRule,
    Metered,
    OrderChange,
    Plan,
    PlanPeriod,
    SellerPrice,
    TaxRule,
    World,
)
from tests.reference.world import (
    Resource as PlainResource,
)
from tests.reference.world import (
    Subscription as PlainSubscription,
)

HARBOR, RIA, CLEO = 1, 2, 3
NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)
LONG_AGO = date(2020, 1, 1)
D = Decimal

# Plan, unit, quantity at first, price of Ria, discount in parts per million.
PLANS = (
    ("Workspace Business Standard", "seat", "106", "11.20", 0),
    ("Secure Mail Protection", "seat", "126", "2.90", 50_000),
    ("Cloud Backup 1 TB", "GB", "8", "19.90", 0),
    ("Endpoint Defence", "device", "112", "3.45", 100_000),
    ("Voice Connect", "seat", "30", "7.50", 0),
)
OVERUSE = "0.045"
CHANGES = (
    OrderChange(date(2026, 11, 12), 1, 2, 2, date(2026, 11, 12), D(143)),
    OrderChange(date(2026, 11, 17), 2, 1, 1, date(2026, 11, 17), D(112)),
    OrderChange(date(2026, 11, 21), 3, 5, 5, date(2026, 11, 21), D(26)),
)


def story_world(**terms: object) -> World:
    """Return the world before its first run; `terms` are those of Ria's billing account with Cleo."""
    days, missed = days_from(NOV, NOV, DEC)
    numbers = range(1, len(PLANS) + 1)
    prices = [(n, "recurring", PLANS[n - 1][3]) for n in numbers] + [(3, "overuse", OVERUSE)]
    ours: dict[str, object] = {"statement_day": 1, "due_days": 15, "tax_rounding": "line"}
    return World(
        first_day=NOV,
        days=days,
        missed=missed,
        accounts=(
            PlainAccount(HARBOR, "provider", None, "Harbor"),
            PlainAccount(RIA, "reseller", HARBOR, "Ria"),
            PlainAccount(CLEO, "customer", RIA, "Cleo"),
        ),
        billing_accounts=(
            BillingAccount(1, HARBOR, RIA, "EUR"),
            replace(BillingAccount(2, RIA, CLEO, "EUR"), **(ours | terms)),
        ),
        chains=(Chain(1, CLEO, (1, 2)),),
        resources=tuple(PlainResource(n, measured=n == 3) for n in numbers),
        plans=tuple(Plan(n) for n in numbers),
        periods=tuple(PlanPeriod(n, n, 12, 1) for n in numbers),
        subs=tuple(_subscription(n) for n in numbers),
        tax_rules=(TaxRule(1, 1, 1, 1, False, 190_000, LONG_AGO),),
        catalog=tuple(
            CatalogPrice(key, n, n, kind, "EUR", D(price) / 2, D(price), LONG_AGO)
            for key, (n, kind, price) in enumerate(prices, start=1)
        ),
        seller_prices=tuple(
            SellerPrice(key, RIA, n, n, kind, "EUR", D(price), LONG_AGO)
            for key, (n, kind, price) in enumerate(prices, start=1)
        ),
        margins=(MarginRule(1, HARBOR, "cost", 500_000, LONG_AGO),),
        metered=(Metered(3, date(2026, 11, 20), D(222)),),
        actions=CHANGES,
    )


def _subscription(n: int) -> PlainSubscription:
    _, _, quantity, _, discount = PLANS[n - 1]
    item = Item(n, n, D(quantity), D(1) if n == 3 else D(0), n == 3)
    discounts = (Discount(n, 2, "recurring", discount, D(999)),) if discount else ()
    return PlainSubscription(n, 1, n, NOV, 1, (item,), discounts=discounts)


def tell_story(world: World | None = None) -> Invoice:
    """Bill the world, give everything its name, and return Cleo's December invoice."""
    bill_with_engine(world or story_world())
    dress()
    return Invoice.objects.get(buyer_id=CLEO, issued_on=DEC)


def dress() -> None:
    """Name companies, plans and units as in the picture."""
    for n, (name, unit, *_rest) in enumerate(PLANS, start=1):
        Subscription.objects.filter(id=n).update(plan_name=name)
        Resource.objects.filter(id=n).update(unit={"en": unit, "de": unit})
    StoredTaxRule.objects.update(label="Standard")
    QuantityChange.objects.update(ordered_by="Jana Petersen")
    companies = {
        HARBOR: ("Harbor Distribution", "Am Sandtorkai 50", "DE 129 274 202"),
        RIA: ("Kranich IT GmbH", "Kehrwieder 9", "DE 318 204 577"),
        CLEO: ("Cobalt Freight GmbH", "Speicherstr. 14", "DE 291 334 102"),
    }
    for key, (name, street, tax_number) in companies.items():
        Account.objects.filter(id=key).update(
            name=name,
            name_key=name.lower(),
            street=street,
            postal_code="20457",
            city="Hamburg",
            tax_number=tax_number,
            email=f"billing@{key}.example",
        )
    Brand.objects.filter(account_id=RIA).update(display_name="Kranich IT", accent="#0b6e66")
