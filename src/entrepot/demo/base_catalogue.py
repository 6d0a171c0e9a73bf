"""What is sold: the vendor's imported price list, plans of invented vendors, and the shelves they stand on."""

from collections.abc import Mapping
from decimal import Decimal
from importlib import resources

from entrepot.demo.base_tax import CATEGORY
from entrepot.demo.offers import OFFERS, USD_PER_EUR, Offer
from entrepot.demo.stage import ACTOR, FIRST_DAY, Stage
from entrepot.domain.catalog.kinds import PriceKind, RefundPolicy
from entrepot.domain.catalog.models import (
    CatalogPrice,
    Plan,
    PlanPeriod,
    PlanResource,
    Resource,
    SalesCategory,
    Service,
    Vendor,
)
from entrepot.domain.catalog.pricelist.reader import read_price_list
from entrepot.domain.tax.models import TaxCategory
from entrepot.flows.price_import import apply_price_list

PRICE_LIST = "nce-price-list-2026-01.csv"
NEXT_PRICE_LIST = "nce-price-list-2026-07.csv"

# Code, English and German name, icon; in the order of the shelves.
_SHELVES = (
    ("productivity", "Productivity", "Produktivität", "layout-grid"),
    ("security", "Security", "Sicherheit", "shield-check"),
    ("voice", "Voice & meetings", "Telefonie & Besprechungen", "phone"),
    ("backup", "Backup", "Datensicherung", "database-backup"),
    ("cloud", "Cloud infrastructure", "Cloud-Infrastruktur", "cloud"),
)
# The first word that a product's name contains decides about its shelf and its icon.
_KEYWORDS = (
    ("Defender", "security", "shield"),
    ("Entra", "security", "key-round"),
    ("Intune", "security", "laptop"),
    ("Mobility + Security", "security", "shield-check"),
    ("Teams Phone", "voice", "phone"),
    ("Teams", "voice", "video"),
    ("Archiving", "backup", "archive"),
    ("Extra File Storage", "backup", "hard-drive"),
    ("OneDrive", "backup", "folder-sync"),
    ("Windows 365", "cloud", "monitor"),
    ("Exchange", "productivity", "mail"),
    ("SharePoint", "productivity", "panels-top-left"),
    ("Power BI", "productivity", "chart-column"),
    ("Planner", "productivity", "list-checks"),
    ("Visio", "productivity", "workflow"),
    ("Dynamics", "productivity", "chart-line"),
    ("Copilot", "productivity", "sparkles"),
    ("", "productivity", "layout-grid"),
)


def add_catalogue(stage: Stage) -> None:
    """Import the January price list, add the invented vendors' plans, and put all plans on shelves."""
    shelves = {}
    for position, (code, english, german, icon) in enumerate(_SHELVES):
        shelves[code] = SalesCategory.objects.create(
            code=code, name={"en": english, "de": german}, icon=icon, position=position
        )
    with resources.as_file(resources.files("entrepot.demo").joinpath("data", PRICE_LIST)) as path:
        apply_price_list(
            parsed=read_price_list(path),
            actor=ACTOR,
            now=stage.now,
            today=stage.today,
            tax_category_code=CATEGORY,
        )
    _shelve_imported(shelves)
    tax_category = TaxCategory.objects.get(code=CATEGORY)
    for offer in OFFERS:
        _add_offer(offer, shelf=shelves[offer.shelf], tax_category=tax_category)


def _shelve_imported(shelves: Mapping[str, SalesCategory]) -> None:
    """Give imported plans their shelf and icon by the words of their names, and the vendor's refund window."""
    plans = list(Plan.objects.select_related("service"))
    for plan in plans:
        shelf, icon = next((s, i) for word, s, i in _KEYWORDS if word in plan.name)
        plan.sales_category = shelves[shelf]
        plan.service.icon = icon
    Plan.objects.bulk_update(plans, ["sales_category"])
    Service.objects.bulk_update(
        {plan.service_id: plan.service for plan in plans}.values(), ["icon"]
    )
    # The vendor takes licences back within seven days of the start of a term.
    PlanPeriod.objects.filter(plan__in=plans).update(refund=RefundPolicy.PRORATED, refund_days=7)


def _add_offer(offer: Offer, *, shelf: SalesCategory, tax_category: TaxCategory) -> None:
    vendor_code = offer.vendor.lower().replace(" ", "-")
    vendor, _ = Vendor.objects.get_or_create(code=vendor_code, defaults={"name": offer.vendor})
    service = Service.objects.create(
        vendor=vendor, code=f"{vendor_code}:{offer.code}", name=offer.name, icon=offer.icon
    )
    plan = Plan.objects.create(
        service=service,
        sales_category=shelf,
        tax_category=tax_category,
        name=offer.name,
        description=dict(offer.text),
        product_code=offer.code,
        sku_code="0001",
        segment="Commercial",
        is_usage=offer.is_usage,
    )
    units = [_add_resource(offer, plan, number=1, unit=offer.unit)]
    if offer.measured_unit is not None:
        units.append(_add_resource(offer, plan, number=2, unit=offer.measured_unit))
    for term, billing in offer.periods:
        period = PlanPeriod.objects.create(
            plan=plan,
            term_months=term,
            billing_months=billing,
            trial_days=offer.trial_days,
            grace_days=offer.grace_days,
        )
        if not offer.is_usage:
            _add_prices(offer, period, units)


def _add_resource(offer: Offer, plan: Plan, *, number: int, unit: Mapping[str, str]) -> Resource:
    is_measured = number > 1
    resource = Resource.objects.create(
        service=plan.service,
        code=f"{offer.code}:{number:04d}",
        name=offer.name,
        unit=dict(unit),
        is_measured=is_measured,
    )
    PlanResource.objects.create(
        plan=plan,
        resource=resource,
        included=offer.included if is_measured else 0,
        position=number - 1,
    )
    return resource


def _add_prices(offer: Offer, period: PlanPeriod, units: list[Resource]) -> None:
    """Write the prices of a period in both markets, per billing period."""
    amounts = [
        (
            units[0],
            PriceKind.RECURRING,
            offer.cost * period.billing_months,
            offer.retail * period.billing_months,
        )
    ]
    if offer.setup is not None:
        amounts.append((units[0], PriceKind.SETUP, *offer.setup))
    if offer.overuse is not None:
        amounts.append((units[1], PriceKind.OVERUSE, *offer.overuse))
    CatalogPrice.objects.bulk_create(
        CatalogPrice(
            plan_period=period,
            resource=resource,
            kind=kind,
            market=market,
            currency=currency,
            unit_cost=cost * factor,
            retail_price=retail * factor,
            listed_cost=cost * factor,
            listed_retail=retail * factor,
            valid_from=FIRST_DAY,
        )
        for resource, kind, cost, retail in amounts
        for market, currency, factor in (("DE", "EUR", Decimal(1)), ("US", "USD", USD_PER_EUR))
    )
