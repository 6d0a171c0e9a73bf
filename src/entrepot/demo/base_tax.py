"""Tax places and rules of the demo world: Germany and its neighbours, with reverse charge, and North America."""

from datetime import date
from itertools import product

from entrepot.demo.stage import Stage
from entrepot.domain.tax.commands import add_tax_category, add_tax_zone, set_tax_rule
from entrepot.domain.tax.models import TaxTreatment

RULES_FROM = date(2025, 1, 1)
CATEGORY = "standard"
# Rates of 2026 for electronic services between businesses, in parts per million.
_ZONES = {
    "DE": ("Deutschland", 190_000, "USt."),
    "AT": ("Österreich", 200_000, "USt."),
    "FR": ("France", 200_000, "TVA"),
    "NL": ("Nederland", 210_000, "btw"),
    "CH": ("Schweiz", 81_000, "MwSt."),
    "US": ("United States", 0, "Sales tax"),
    "CA": ("Canada", 0, "GST"),
}
_UNION = frozenset({"DE", "AT", "FR", "NL"})


def add_tax(stage: Stage) -> None:
    """Write the zones, the one category and a rule for each pair of zones and kind of buyer."""
    made = stage.made
    category = add_tax_category(code=CATEGORY, name="Cloud services", **made)
    zones = {
        code: add_tax_zone(code=code, name=name, country=code, **made)
        for code, (name, _rate, _label) in _ZONES.items()
    }
    for seller, buyer, registered in product(zones, zones, (True, False)):
        treatment, rate, label = _rule(seller, buyer, registered=registered)
        set_tax_rule(
            seller_zone_id=zones[seller],
            buyer_zone_id=zones[buyer],
            category_id=category,
            buyer_registered=registered,
            treatment=treatment,
            rate_ppm=rate,
            label=label,
            valid_from=RULES_FROM,
            **made,
        )


def _rule(seller: str, buyer: str, *, registered: bool) -> tuple[TaxTreatment, int, str]:
    """Choose the rule: the own country's rate, within the Union the buyer's duty or rate, abroad none."""
    rate, label = _ZONES[buyer][1], _ZONES[buyer][2]
    abroad = seller != buyer
    if abroad and {seller, buyer} <= _UNION and registered:
        return TaxTreatment.REVERSE_CHARGE, 0, "Reverse charge"
    if (abroad and not {seller, buyer} <= _UNION) or not rate:
        return TaxTreatment.EXEMPT, 0, label
    return TaxTreatment.STANDARD, rate, label
