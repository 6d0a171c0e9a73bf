"""Numbers, amounts and days in the reader's language, with a real minus and no-break spaces."""

from datetime import date, timedelta
from decimal import Context, Decimal, localcontext
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, format_currency, get_currency_symbol, parse_pattern

from entrepot.domain.documents.types import Language

MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"
NBSP = "\N{NO-BREAK SPACE}"

# The usual 28 digits are too few for the largest amount with twelve decimals.
WIDE = Context(prec=80)

_LONG_DAY = {Language.EN: f"d{NBSP}MMMM{NBSP}y", Language.DE: f"d.{NBSP}MMMM{NBSP}y"}
_LONG_DAY_WITHOUT_YEAR = {Language.EN: f"d{NBSP}MMMM", Language.DE: f"d.{NBSP}MMMM"}
_SHORT_DAY = {Language.EN: f"d{NBSP}MMM{NBSP}y", Language.DE: "dd.MM.y"}
_SHORT_DAY_WITHOUT_YEAR = {Language.EN: f"d{NBSP}MMM", Language.DE: "dd.MM."}


@lru_cache(maxsize=8)
def _locale(language: Language) -> Locale:
    return Locale(language.value)


@lru_cache(maxsize=64)
def _pattern(decimals_min: int, decimals_max: int) -> NumberPattern:
    pattern = parse_pattern("#,##0")
    pattern.frac_prec = (decimals_min, decimals_max)
    return pattern


def number(
    value: Decimal, *, language: Language, decimals_min: int = 0, decimals_max: int = 12
) -> str:
    """Write a number with grouping; digits beyond `decimals_max` must not exist or are rounded."""
    pattern = _pattern(decimals_min, decimals_max)
    with localcontext(WIDE):
        written: str = pattern.apply(value, _locale(language))
    return written.replace("-", MINUS)


def amount(value: Decimal, *, exponent: int, language: Language) -> str:
    """Write an amount with exactly the decimals of its currency and without its sign."""
    return number(value, language=language, decimals_min=exponent, decimals_max=exponent)


def unit_price(value: Decimal, *, exponent: int, language: Language) -> str:
    """Write a unit price: at least the decimals of the currency, at most twelve."""
    return number(value, language=language, decimals_min=exponent)


def money(value: Decimal, *, currency: str, exponent: int, language: Language) -> str:
    """Write an amount with the sign of its currency: €2,796.44 or 2.796,44 €; else IDR 5."""
    mask = "#,##0" + ("." + "0" * exponent if exponent else "")
    if language is Language.DE:
        mask = f"{mask}{NBSP}¤"
    else:
        is_word = get_currency_symbol(currency, _locale(language))[-1].isalpha()
        mask = f"¤{NBSP}{mask}" if is_word else f"¤{mask}"
    written: str = format_currency(
        value, currency, format=mask, locale=_locale(language), currency_digits=False
    )
    return written.replace("-", MINUS)


def percent(ppm: int, *, language: Language) -> str:
    """Write parts per million as a percentage: 19% or, in German, 19 %."""
    sign = f"{NBSP}%" if language is Language.DE else "%"
    return number(Decimal(ppm) / 10_000, language=language) + sign


def day(value: date, *, language: Language) -> str:
    """Write a day in full: 1 December 2026 or 1. Dezember 2026."""
    return _day(value, _LONG_DAY[language], language)


def day_without_year(value: date, *, language: Language) -> str:
    """Write a day without its year: 1 December or 1. Dezember."""
    return _day(value, _LONG_DAY_WITHOUT_YEAR[language], language)


def short_day(value: date, *, language: Language) -> str:
    """Write a day in few characters: 1 Dec 2026 or 01.12.2026."""
    return _day(value, _SHORT_DAY[language], language)


def month(value: date, *, language: Language) -> str:
    """Name the month of a day: November."""
    return _day(value, "LLLL", language)


def _day(value: date, mask: str, language: Language) -> str:
    return str(format_date(value, format=mask, locale=_locale(language)))


@lru_cache(maxsize=4096)
def period(start: date, end: date, language: Language) -> str:
    """Write a period whose `end` is exclusive with its last day: 1 May to 31 May 2026."""
    last = end - timedelta(days=1)
    if last == start:
        return day(start, language=language)
    same_year = last.year == start.year
    first = (day_without_year if same_year else day)(start, language=language)
    joint = "bis" if language is Language.DE else "to"
    return f"{first} {joint} {day(last, language=language)}"


@lru_cache(maxsize=4096)
def short_period(start: date, end: date, language: Language) -> str:
    """Write the same in few characters: 1 May – 31 May 2026 or 01.05. – 31.05.2026."""
    last = end - timedelta(days=1)
    if last == start:
        return short_day(start, language=language)
    mask = (_SHORT_DAY_WITHOUT_YEAR if last.year == start.year else _SHORT_DAY)[language]
    first = _day(start, mask, language)
    return f"{first}{NBSP}{EN_DASH} {short_day(last, language=language)}"
