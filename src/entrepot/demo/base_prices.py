"""Margins, own prices and exchange rates of the demo world: 8 % to 20 % of the price stay with each seller."""

from datetime import date
from decimal import Decimal

from entrepot.demo.stage import FIRST_DAY, Stage
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource, SalesCategory, Vendor
from entrepot.domain.resale.commands import set_exchange_rate, set_margin_rule, set_seller_price
from entrepot.domain.resale.models import MarginBasis

USAGE_VENDOR = "harbor"
_COST, _RETAIL = MarginBasis.COST, MarginBasis.RETAIL

# Seller, basis, parts per million, sales category or None, first day. Whoever sells to resellers adds to its
# cost; whoever sells to customers starts from the recommended retail price.
_MARGINS: tuple[tuple[str, MarginBasis, int, str | None, date], ...] = (
    ("nordhafen", _COST, 95_000, None, FIRST_DAY),
    ("nordhafen", _COST, 110_000, "security", FIRST_DAY),
    ("nordhafen", _COST, 100_000, "voice", FIRST_DAY),
    ("kranich", _RETAIL, 0, None, FIRST_DAY),
    ("kranich", _RETAIL, 30_000, "security", FIRST_DAY),
    ("kranich", _RETAIL, 15_000, None, date(2026, 4, 1)),
    ("tannhof", _COST, 110_000, None, FIRST_DAY),
    ("ostwind", _COST, 115_000, None, FIRST_DAY),
    ("lumen", _RETAIL, 85_000, None, FIRST_DAY),
    ("kuestenwerk", _COST, 110_000, None, FIRST_DAY),
    ("osprey", _RETAIL, 0, None, FIRST_DAY),
    ("osprey", _RETAIL, 20_000, "security", FIRST_DAY),
    ("brisk", _RETAIL, -10_000, None, FIRST_DAY),
    ("vireo", _RETAIL, 40_000, None, FIRST_DAY),
    ("alpenblick", _RETAIL, 20_000, None, FIRST_DAY),
    ("alpenblick", _RETAIL, 25_000, None, date(2026, 5, 1)),
)
# Pay as you go has no retail price: each seller adds to what it pays.
_USAGE_PPM = {
    "nordhafen": 90_000,
    "kranich": 140_000,
    "tannhof": 100_000,
    "osprey": 150_000,
    "brisk": 120_000,
}

# Seller, plan, months (term, billing), price of a unit in the seller's currency, first day.
_OWN_PRICES = (
    ("kranich", "Microsoft 365 Business Standard", (12, 1), "11.95", FIRST_DAY),
    ("kranich", "Microsoft 365 Business Standard", (12, 1), "12.10", date(2026, 6, 1)),
    ("kranich", "Microsoft 365 Copilot", (12, 1), "27.40", FIRST_DAY),
    ("tannhof", "Microsoft 365 Business Premium", (1, 1), "23.90", FIRST_DAY),
    ("osprey", "Microsoft 365 E3", (12, 1), "37.50", FIRST_DAY),
    ("vireo", "Microsoft 365 Business Premium", (12, 1), "20.90", FIRST_DAY),
    ("brisk", "Secure Mail Protection", (1, 1), "2.85", FIRST_DAY),
)

# First day of the month and EUR in CHF, USD in EUR; invented, in the range of those years.
_RATES = (
    (date(2025, 12, 31), "0.9340", "0.9295"),
    (date(2026, 1, 30), "0.9362", "0.9310"),
    (date(2026, 2, 27), "0.9325", "0.9274"),
    (date(2026, 3, 31), "0.9388", "0.9251"),
    (date(2026, 4, 30), "0.9371", "0.9288"),
    (date(2026, 5, 29), "0.9404", "0.9322"),
    (date(2026, 6, 30), "0.9395", "0.9305"),
)
RATE_SOURCE = "Nordhafen month-end rate"


def add_margins(stage: Stage) -> None:
    """Write the margin rules of all sellers, with the dated changes to come."""
    shelves = dict(SalesCategory.objects.values_list("code", "id"))
    for seller, basis, ppm, shelf, first_day in _MARGINS:
        set_margin_rule(
            seller_id=stage.accounts[seller],
            basis=basis,
            percent_ppm=ppm,
            sales_category_id=None if shelf is None else shelves[shelf],
            valid_from=first_day,
            **stage.made,
        )
    vendor = Vendor.objects.get(code=USAGE_VENDOR)
    plan = Plan.objects.get(service__vendor=vendor)
    for seller, ppm in _USAGE_PPM.items():
        set_margin_rule(
            seller_id=stage.accounts[seller],
            basis=_COST,
            percent_ppm=ppm,
            plan_id=plan.id,
            valid_from=FIRST_DAY,
            **stage.made,
        )


def add_own_prices(stage: Stage, *, currencies: dict[str, str]) -> None:
    """Write the prices that sellers set by hand; `currencies` says in what each seller sells."""
    for seller, plan_name, (term, billing), price, first_day in _OWN_PRICES:
        period = PlanPeriod.objects.get(
            plan__name=plan_name, term_months=term, billing_months=billing
        )
        unit = PlanResource.objects.get(plan_id=period.plan_id, position=0)
        set_seller_price(
            seller_id=stage.accounts[seller],
            plan_period_id=period.id,
            resource_id=unit.resource_id,
            kind=PriceKind.RECURRING,
            currency=currencies[seller],
            unit_price=Decimal(price),
            valid_from=first_day,
            **stage.made,
        )


def add_rates(stage: Stage) -> None:
    """Write the exchange rates of each month's end as they become known, up to the stage's day.

    There is none between the US and the Canadian dollar: see the quarantined subscription.
    """
    for day, swiss, dollar in _RATES:
        if day <= stage.today:
            for pair, rate in ((("EUR", "CHF"), swiss), (("USD", "EUR"), dollar)):
                set_exchange_rate(
                    from_currency=pair[0],
                    to_currency=pair[1],
                    rate=Decimal(rate),
                    on_date=day,
                    source=RATE_SOURCE,
                    **stage.made,
                )


def is_rate_day(day: date) -> bool:
    """Tell whether new exchange rates become known on a day."""
    return any(on_date == day for on_date, _swiss, _dollar in _RATES)
