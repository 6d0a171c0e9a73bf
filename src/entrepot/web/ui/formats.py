"""Numbers, money and dates as people read them, in English and German.

Inputs are exact (`Decimal`, `int`, `date`, aware `datetime`), never float; outputs are text with a
real minus sign and no-break spaces. Nothing here rounds money: a figure with more decimals than
its currency has is shown with all of them. Instants are shown in the zone that the caller gives.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Protocol, runtime_checkable

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

from entrepot.kernel.money import exponent, round_amount

MINUS = "−"
NBSP = "\u00a0"
EMPTY = "–"
_PERCENT_DECIMALS_MAX = 6

_DATES = {
    "day": {"en": "d MMM", "de": "d. MMM"},
    "short": {"en": "d MMM y", "de": "d. MMM y"},
    "long": {"en": "d MMMM y", "de": "d. MMMM y"},
    "day_long": {"en": "d MMMM", "de": "d. MMMM"},
    "full": {"en": "EEEE, d MMMM y", "de": "EEEE, d. MMMM y"},
    "month": {"en": "MMMM y", "de": "MMMM y"},
    "time": {"en": "d MMM, HH:mm", "de": "d. MMM, HH:mm"},
    "stamp": {"en": "d MMM y, HH:mm", "de": "d. MMM y, HH:mm"},
}


@runtime_checkable
class HasCurrency(Protocol):
    """Anything that is an amount of one currency, such as `kernel.money.Money`."""

    @property
    def amount(self) -> Decimal:
        """The exact amount."""

    @property
    def currency(self) -> str:
        """The ISO 4217 code."""


def _signs(text: str, *, positive: bool, signed: bool) -> str:
    """Put the real minus sign, and a plus where a difference is shown."""
    text = text.replace("-", MINUS).replace("\u202f", NBSP)
    return f"+{text}" if signed and positive else text


@lru_cache
def _locale(language: str) -> Locale:
    """Find the locale of a language code such as `de` or `en-gb`; others read English."""
    return Locale.parse("de" if language.lower().startswith("de") else "en")


def _key(language: str) -> str:
    return "de" if language.lower().startswith("de") else "en"


@lru_cache
def _symbols(language: str) -> dict[int, str]:
    """Give what stands for Python's separators of thousands and decimals in a language."""
    locale = _locale(language)
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def _number(value: Decimal, *, decimals: int, language: str) -> str:
    """Write a number in groups of three; `decimals` is at least what the value has, so nothing is rounded.

    Babel reads its pattern anew for every number, which took a third of the time of a long list.
    """
    return f"{value:,.{decimals}f}".translate(_symbols(language))


def _decimals(value: Decimal) -> int:
    """Count the decimals that a value really has, without trailing zeros."""
    exp = value.normalize().as_tuple().exponent
    return max(0, -exp) if isinstance(exp, int) else 0


def money(value: Decimal, *, currency: str, language: str, signed: bool = False) -> str:
    """Write an amount with its currency: `€1,254.40`, `−€60.94`, German `1.254,40 €`.

    `signed` puts a plus before gains. Raises: MoneyError for an unknown currency.
    """
    decimals = max(exponent(currency), _decimals(value))
    number = _number(abs(value), decimals=decimals, language=language)
    before, after = _around(currency, _key(language))
    sign = "-" if value.is_signed() else ""
    return _signs(f"{sign}{before}{number}{after}", positive=value > 0, signed=signed)


@lru_cache(maxsize=512)
def _around(currency: str, key: str) -> tuple[str, str]:
    """Give what stands before and after a number: English sign before it, a code with a space, German after it."""
    symbol = str(get_currency_symbol(currency, locale=_locale(key)))
    if key == "de":
        return "", f"{NBSP}{symbol}"
    return f"{symbol}{NBSP if symbol.isalpha() else ''}", ""


def amount(value: Decimal, *, language: str, decimals: int = 2, signed: bool = False) -> str:
    """Write an amount without its currency, with at least `decimals` decimals: `1,187.20`."""
    places = max(decimals, _decimals(value))
    text = _number(value, decimals=places, language=language)
    return _signs(text, positive=value > 0, signed=signed)


def quantity(value: Decimal | int, *, language: str, signed: bool = False) -> str:
    """Write a number of things with the decimals that it has: `1,040`, `0.045`, `−4`."""
    exact = Decimal(value)
    text = _number(exact, decimals=_decimals(exact), language=language)
    return _signs(text, positive=exact > 0, signed=signed)


def percent(
    share: Decimal, *, language: str, decimals: int | None = None, signed: bool = False
) -> str:
    """Write a share of one as percent: 0.18 reads `18%` (`18.0%` with one decimal), German `18 %`.

    With `decimals` it is rounded half away from zero to so many; without, up to six are shown.
    """
    points = share * 100
    if decimals is None:
        decimals = min(_decimals(points), _PERCENT_DECIMALS_MAX)
    rounded = round_amount(points, exp=decimals)
    text = _number(rounded, decimals=decimals, language=language)
    gap = NBSP if _key(language) == "de" else ""
    return _signs(f"{text}{gap}%", positive=rounded > 0, signed=signed)


def day(value: date, *, style: str, language: str, zone: tzinfo | None = None) -> str:
    """Write a calendar day or instant; `style` is a key of the pattern table (`short`, `long`...).

    An aware instant is moved to `zone` first. Raises: KeyError for an unknown style.
    """
    if isinstance(value, datetime):
        pattern = _DATES[style][_key(language)]
        moved = value.astimezone(zone) if zone is not None and value.tzinfo is not None else value
        return str(format_datetime(moved, format=pattern, locale=_locale(language)))
    return _day(value, style, _key(language))


@lru_cache(maxsize=4096)
def _day(value: date, style: str, key: str) -> str:
    """Write a calendar day; lists name the same few days again and again."""
    return str(format_date(value, format=_DATES[style][key], locale=_locale(key)))
