"""Values that messages put into their texts, in both languages."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from entrepot.domain.documents import formats
from entrepot.domain.documents.texts import unit_label
from entrepot.domain.documents.types import Language
from entrepot.domain.parties.kinds import FactorKind, RoleCode

Values = Mapping[str, Mapping[str, str]]

_ROLES: Mapping[RoleCode, tuple[str, str]] = {
    RoleCode.ADMINISTRATOR: ("Administrator", "Administration"),
    RoleCode.BILLING: ("Billing", "Abrechnung"),
    RoleCode.SUPPORT: ("Support", "Betreuung"),
    RoleCode.READ_ONLY: ("Read only", "Nur lesen"),
    RoleCode.USER: ("User", "Benutzer"),
    RoleCode.OWN: ("Own role", "Eigene Rolle"),
}

_FACTOR_CHANGES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("factor_added", FactorKind.APP): (
        "an authenticator app was added",
        "eine Authenticator-App wurde hinzugefügt",
    ),
    ("factor_added", FactorKind.PASSKEY): (
        "a passkey was added",
        "ein Passkey wurde hinzugefügt",
    ),
    ("factor_removed", FactorKind.APP): (
        "the authenticator app was removed",
        "die Authenticator-App wurde entfernt",
    ),
    ("factor_removed", FactorKind.PASSKEY): (
        "a passkey was removed",
        "ein Passkey wurde entfernt",
    ),
    ("recovery_codes_made", ""): (
        "new recovery codes were made",
        "neue Wiederherstellungscodes wurden erzeugt",
    ),
}


def in_both(write: Callable[[Language], Mapping[str, str]]) -> Values:
    """Write values in each language."""
    return {language.value: write(language) for language in Language}


def day(value: date, language: Language) -> str:
    """Write a day in full."""
    return formats.day(value, language=language)


def money(value: Decimal, *, currency: str, exponent: int, language: Language) -> str:
    """Write an amount with its currency."""
    return formats.money(value, currency=currency, exponent=exponent, language=language)


def units(value: Decimal, unit: str, language: Language) -> str:
    """Write units of a resource, with their name if they have one."""
    number = formats.number(value, language=language)
    name = unit_label(unit, quantity=value, language=language)
    return f"{number}{formats.NBSP}{name}" if name else number


def share(percent: int, language: Language) -> str:
    """Write whole per cent."""
    return formats.percent(percent * 10_000, language=language)


def role(code: RoleCode, *, own_name: str, language: Language) -> str:
    """Name a role; one of an account's own by the name that it has there."""
    if code is RoleCode.OWN and own_name:
        return own_name
    return _ROLES[code][1 if language is Language.DE else 0]


def factor_change(action: str, kind: str, *, language: Language) -> str:
    """Say which second factor came or went; `action` is that of the audit entry."""
    return _FACTOR_CHANGES[action, kind][1 if language is Language.DE else 0]
