"""Read single cells: amounts, dates, terms, codes and text.

Every function takes the cell as it stands in the file and gives a value, or raises
`PriceRowRefused`; numbers and currencies also raise the `MoneyError` of the kernel. Nothing is
guessed: an amount with a comma or a date in another order is refused, because a wrong guess is
a wrong price.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from entrepot.domain.catalog.pricelist.errors import PriceRowRefused, refuse_cell
from entrepot.kernel.errors import BadInput
from entrepot.kernel.money import UNIT_PRICE_INTEGER_DIGITS, exponent, parse_decimal

TERM_MONTHS: Mapping[str, int] = {"P1M": 1, "P1Y": 12, "P3Y": 36}
BILLING_MONTHS: Mapping[str, int] = {"Monthly": 1, "Annual": 12}

TEXT_CHARACTERS_MAX = 250
DESCRIPTION_CHARACTERS_MAX = 4_000
# Product and SKU together, with a colon between, name the resource (80 characters).
IDENTIFIER_CHARACTERS_MAX = 39
SEGMENT_CHARACTERS_MAX = 60
PUBLISHER_CHARACTERS_MAX = 200
QUANTITY_DIGITS_MAX = 9
FIRST_YEAR = 2000
LAST_YEAR = 2100

# Digits with whatever some country writes between them.
_GROUPED_DIGITS = re.compile(r"-?[0-9.,'\u2019 \u00a0\u202f]*[0-9][0-9.,'\u2019 \u00a0\u202f]*")
_DATE = re.compile(
    r"([0-9]{4,6})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?Z?)?"
)
_OPEN_END = (9999, 12, 31)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]*")
_MARKET = re.compile(r"[A-Z]{2}")
_QUANTITY = re.compile(r"[0-9]+")
_DIRECTION_MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def read_text(cell: str, *, limit: int = TEXT_CHARACTERS_MAX, required: bool = False) -> str:
    """Read a text as it stands, also one that a spreadsheet would take for a formula.

    Raises: PriceRowRefused when empty though required, longer than `limit` characters, or with
    control characters (line ends and tabs are allowed, they occur in descriptions).
    """
    if required and not cell.strip():
        raise refuse_cell("price_cell_missing")
    if len(cell) > limit:
        raise refuse_cell("price_cell_too_long", length=len(cell), limit=limit)
    for character in cell:
        if _is_control(character):
            raise refuse_cell("price_cell_control_character", character=f"U+{ord(character):04X}")
    return cell


def read_identifier(cell: str) -> str:
    """Read a product or SKU id of at most 39 characters; it becomes part of a key."""
    text = read_text(cell, limit=IDENTIFIER_CHARACTERS_MAX, required=True)
    if not _IDENTIFIER.fullmatch(text):
        raise refuse_cell("price_identifier_malformed", value=text)
    return text


def read_market(cell: str) -> str:
    """Read a country code of two capital letters."""
    text = read_text(cell, required=True)
    if not _MARKET.fullmatch(text):
        raise refuse_cell("price_market_malformed", value=text)
    return text


def read_currency(cell: str) -> str:
    """Read a currency code of ISO 4217.

    Raises: PriceRowRefused as `read_text`; MoneyError `currency_unknown`.
    """
    text = read_text(cell, required=True)
    exponent(text)
    return text


def read_choice(cell: str, *, choices: Mapping[str, int], code: str) -> int:
    """Read one of the words of `choices`, exactly as the vendor writes them."""
    text = read_text(cell, required=True)
    if text not in choices:
        raise refuse_cell(code, value=text, known=", ".join(choices))
    return choices[text]


def read_unit_price(cell: str) -> Decimal:
    """Read a price of zero or more with a decimal point, exact to twelve decimals.

    Raises: PriceRowRefused `price_amount_comma` or `price_amount_negative`; MoneyError for what
    is no number or has more digits than numeric(24,12).
    """
    text = read_text(cell, required=True).strip()
    try:
        price = parse_decimal(text, integer_digits_max=UNIT_PRICE_INTEGER_DIGITS)
    except BadInput as error:
        if error.code == "number_malformed" and _GROUPED_DIGITS.fullmatch(text):
            raise refuse_cell("price_amount_comma", value=text) from error
        raise
    if price < 0:
        raise refuse_cell("price_amount_negative", value=text)
    return price


def read_quantity(cell: str) -> int | None:
    """Read a bound of a quantity range; an empty cell is no bound (None)."""
    text = read_text(cell).strip()
    if not text:
        return None
    if not _QUANTITY.fullmatch(text) or len(text) > QUANTITY_DIGITS_MAX:
        raise refuse_cell("price_quantity_malformed", value=text)
    return int(text)


def read_start(cell: str) -> date:
    """Read the first day of a price; the vendor writes it as midnight UTC."""
    day, time = _read_day(cell)
    if day is None:
        raise _outside(cell)
    if time not in ("", "00:00:00"):
        raise refuse_cell("price_date_within_day", value=cell.strip())
    return day


def read_end(cell: str) -> date | None:
    """Read the last day of a price and give the day after it; None means open.

    The vendor writes the last instant of a day, and 9999-12-31 for "until further notice".
    A plain day is the last day, midnight is the first instant that no longer counts.
    """
    day, time = _read_day(cell)
    if day is None:
        return None
    if time == "00:00:00":
        return day
    if time not in ("", "23:59:59"):
        raise refuse_cell("price_date_within_day", value=cell.strip())
    return day + timedelta(days=1)


def _read_day(cell: str) -> tuple[date | None, str]:
    """Split a cell into day and time; the last day of the year 9999 is None."""
    text = read_text(cell, required=True).strip()
    match = _DATE.fullmatch(text)
    if match is None:
        raise refuse_cell("price_date_malformed", value=text)
    year, month, day = (int(group) for group in match.group(1, 2, 3))
    time = match[4] or ""
    if (year, month, day) == _OPEN_END:
        return None, time
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _outside(cell)
    try:
        return date(year, month, day), time
    except ValueError as error:
        raise refuse_cell("price_date_impossible", value=text) from error


def _outside(cell: str) -> PriceRowRefused:
    return refuse_cell(
        "price_date_out_of_range", value=cell.strip(), first=FIRST_YEAR, last=LAST_YEAR
    )


def _is_control(character: str) -> bool:
    """Tell control and direction-changing characters, which make a text show as another."""
    if character in "\t\r\n":
        return False
    return unicodedata.category(character) == "Cc" or character in _DIRECTION_MARKS
