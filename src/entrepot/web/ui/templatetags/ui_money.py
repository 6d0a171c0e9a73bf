"""Filters for money, numbers and dates in the language of the request.

`{{ row.price|money }}` takes a Money; `{{ row.price|money:"EUR" }}` takes a Decimal. A missing
value (None or empty) reads "–".
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeGuard

from django import template
from django.utils import timezone, translation

from entrepot.kernel.money import Money, exponent
from entrepot.web.ui import formats
from entrepot.web.ui.formats import HasCurrency

register = template.Library()

type_error = "{name} takes a Money or a Decimal with a currency code, not {value!r}"


def _language() -> str:
    return translation.get_language() or "en"


def _has_currency(value: object) -> TypeGuard[HasCurrency]:
    """Tell whether a value is an amount of a currency; the plain types first, a protocol is slow to ask."""
    if isinstance(value, (Decimal, str, int)):
        return False
    return isinstance(value, (Money, HasCurrency))


def _number(value: object) -> Decimal | None:
    """Read a filter's input as an exact number; None and "" mean that there is none."""
    if value is None or value == "":
        return None
    if _has_currency(value):
        return value.amount
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(type_error.format(name="a number filter", value=value))
    return Decimal(value)


def _money(value: object, currency: str, *, signed: bool) -> str:
    number = _number(value)
    if number is None:
        return formats.EMPTY
    code = value.currency if _has_currency(value) else currency
    if not code:
        raise TypeError(type_error.format(name="money", value=value))
    return formats.money(number, currency=code, language=_language(), signed=signed)


def _amount(value: object, currency: str, *, signed: bool) -> str:
    number = _number(value)
    if number is None:
        return formats.EMPTY
    code = value.currency if _has_currency(value) else currency
    decimals = exponent(code) if code else 2
    return formats.amount(number, language=_language(), decimals=decimals, signed=signed)


@register.filter
def money(value: object, currency: str = "") -> str:
    """Write an amount with its currency: `€1,254.40`, German `1.254,40 €`."""
    return _money(value, currency, signed=False)


@register.filter
def money_signed(value: object, currency: str = "") -> str:
    """Write a difference with its currency: `+€31.36`, `−€60.94`."""
    return _money(value, currency, signed=True)


@register.filter
def amount(value: object, currency: str = "") -> str:
    """Write an amount without its currency, with the decimals of that currency (else two)."""
    return _amount(value, currency, signed=False)


@register.filter
def amount_signed(value: object, currency: str = "") -> str:
    """Write a difference without its currency: `+67.20`, `−60.94`."""
    return _amount(value, currency, signed=True)


@register.filter
def unit_price(value: object, currency: str = "") -> str:
    """Write the price of one unit with all decimals that it has, at least those of its currency.

    With a currency code or a Money the sign is shown (`€0.045`); a bare Decimal reads `0.045`.
    """
    if currency or _has_currency(value):
        return _money(value, currency, signed=False)
    return _amount(value, currency, signed=False)


@register.filter
def quantity(value: object) -> str:
    """Write a number of things with the decimals that it has: `1,040`, `−4`."""
    number = _number(value)
    return formats.EMPTY if number is None else formats.quantity(number, language=_language())


@register.filter
def quantity_signed(value: object) -> str:
    """Write a change of a number of things: `+6`, `−4`."""
    number = _number(value)
    if number is None:
        return formats.EMPTY
    return formats.quantity(number, language=_language(), signed=True)


@register.filter
def percent(value: object, decimals: int | None = None) -> str:
    """Write a share of one as percent: `{{ 0.18|percent:1 }}` is `18.0%`, German `18,0 %`."""
    number = _number(value)
    if number is None:
        return formats.EMPTY
    return formats.percent(number, language=_language(), decimals=decimals)


@register.filter
def percent_signed(value: object, decimals: int | None = None) -> str:
    """Write a change as percent with its sign: `+2.4%`, `−31.9%`."""
    number = _number(value)
    if number is None:
        return formats.EMPTY
    return formats.percent(number, language=_language(), decimals=decimals, signed=True)


def _day(value: date | None, style: str) -> str:
    if not value:
        return formats.EMPTY
    return formats.day(
        value, style=style, language=_language(), zone=timezone.get_current_timezone()
    )


@register.filter
def date_day(value: date | None) -> str:
    """Write a day without its year: `1 Dec`, German `1. Dez.`."""
    return _day(value, "day")


@register.filter
def date_day_long(value: date | None) -> str:
    """Write a day without its year: `1 December`, German `1. Dezember`."""
    return _day(value, "day_long")


@register.filter
def date_short(value: date | None) -> str:
    """Write a day: `1 Dec 2026`, German `1. Dez. 2026`."""
    return _day(value, "short")


@register.filter
def date_long(value: date | None) -> str:
    """Write a day: `1 December 2026`, German `1. Dezember 2026`."""
    return _day(value, "long")


@register.filter
def date_full(value: date | None) -> str:
    """Write a day with its weekday: `Tuesday, 17 November 2026`."""
    return _day(value, "full")


@register.filter
def date_month(value: date | None) -> str:
    """Write a month: `November 2026`."""
    return _day(value, "month")


@register.filter
def date_time(value: date | None) -> str:
    """Write an instant in the active zone without its year: `12 Nov, 10:42`."""
    return _day(value, "time")


@register.filter
def date_stamp(value: date | None) -> str:
    """Write an instant in the active zone with its year: `12 Nov 2026, 10:42`."""
    return _day(value, "stamp")
