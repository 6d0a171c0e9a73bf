"""Where a country or region is taxed, and the rules as they stand. Tax rules are the same for everybody."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from entrepot.domain.tax.models import TaxCategory, TaxRule, TaxTreatment, TaxZone

LIMIT_MAX = 500


@dataclass(frozen=True, slots=True)
class TaxRuleRow:
    """One rule with the names of what it joins; `rate_ppm` 190000 is 19 %, `valid_to` is exclusive."""

    id: int
    seller_zone: str
    buyer_zone: str
    category: str
    buyer_registered: bool
    treatment: TaxTreatment
    rate_ppm: int
    label: str
    valid_from: date
    valid_to: date | None


def zone_for(*, country: str, region: str) -> int | None:
    """Find the zone of an address: that of its region if there is one, else of the whole country.

    None when the country has no zone; sales to or from there are quarantined as `no_tax_zone`.
    """
    found = (
        TaxZone.objects.filter(Q(region=region) | Q(region=""), country=country)
        .order_by("-region")
        .values_list("id", flat=True)
    )
    return found.first()


def category_id(*, code: str) -> int | None:
    """Find a tax category by its code."""
    return TaxCategory.objects.filter(code=code).values_list("id", flat=True).first()


def rules_on(*, day: date, limit: int) -> tuple[TaxRuleRow, ...]:
    """Give the rules that hold on a day, in the order of zones and category; at most `limit` (500)."""
    valid = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))
    rows = (
        TaxRule.objects.filter(valid)
        .annotate(
            seller_code=F("seller_zone__code"),
            buyer_code=F("buyer_zone__code"),
            category_code=F("category__code"),
        )
        .order_by("seller_code", "buyer_code", "category_code", "buyer_registered")
        .values_list(
            "id",
            "seller_code",
            "buyer_code",
            "category_code",
            "buyer_registered",
            "treatment",
            "rate_ppm",
            "label",
            "valid_from",
            "valid_to",
        )
    )
    return tuple(TaxRuleRow(*row) for row in rows[: min(limit, LIMIT_MAX)])
