"""Words for stored values: units, tax labels, countries, spans of prices, notes."""

import re
from collections.abc import Mapping
from decimal import Decimal

from babel import Locale

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.documents.texts import unit_label
from entrepot.domain.documents.types import BillingUnit, Language
from entrepot.domain.tax.models import TaxTreatment

_RATE_AT_END = re.compile(r"[\s,]*\d+(?:[.,]\d+)?\s*%$")
_MONTH_DAYS = range(28, 32)
_YEAR_DAYS = range(365, 367)

# By treatment: English and German.
_TAX_NOTES = {
    TaxTreatment.REVERSE_CHARGE: (
        "Reverse charge: the recipient of the service owes the VAT.",
        "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge).",
    ),
    TaxTreatment.EXEMPT: ("Exempt from VAT.", "Steuerfreie Leistung."),
}


def unit_of(names: Mapping[str, str], *, resource: str, language: Language) -> str:
    """Choose what `texts.unit_label` shall inflect: the English word it knows, else the language's own.

    `names` are the stored texts of a resource by language; without any, the resource is named.
    """
    english = names.get("en", "")
    if english and unit_label(english, quantity=Decimal(1), language=Language.DE) != english:
        return english
    return names.get(language.value) or english or resource


def tax_label_of(label: str) -> str:
    """Take the rate off a label such as "VAT 19%": documents write the rate beside it."""
    return _RATE_AT_END.sub("", label)


def tax_note_of(treatment: str, language: Language) -> str:
    """Give the sentence that the law wants for a sale without tax, else nothing."""
    english, german = _TAX_NOTES.get(TaxTreatment(treatment), ("", ""))
    return german if language is Language.DE else english


def billing_unit_of(kind: ChargeKind, *, den: int) -> BillingUnit:
    """Tell to which span a stored unit price refers; `den` is the length of the natural period."""
    if kind in {ChargeKind.SETUP, ChargeKind.RENEWAL}:
        return BillingUnit.ONCE
    if kind in {ChargeKind.OVERUSE, ChargeKind.USAGE}:
        return BillingUnit.USE
    if den in _MONTH_DAYS:
        return BillingUnit.MONTH
    return BillingUnit.YEAR if den in _YEAR_DAYS else BillingUnit.PERIOD


_GIVEN_BACK = frozenset({ChargeKind.CHANGE, ChargeKind.SETUP, ChargeKind.RENEWAL})


def told_kind(kind: ChargeKind, quantity: Decimal) -> ChargeKind:
    """Tell a change to fewer units, and a fee that is given back, in the words of a refund."""
    if kind in _GIVEN_BACK and quantity < 0:
        return ChargeKind.REFUND
    return kind


def country_name(code: str, language: Language) -> str:
    """Name a country by its two letters; unknown letters are returned."""
    return str(Locale(language.value).territories.get(code, code))
