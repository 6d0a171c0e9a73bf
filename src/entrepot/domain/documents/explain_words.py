"""Names of the things that an explanation refers to, in English and German."""

from datetime import date
from decimal import Decimal

from entrepot.domain.documents.formats import day, number, percent
from entrepot.domain.documents.types import Language

_TERMS = {
    "price_row": ("Price row {number}", "Preiszeile {number}"),
    "own_price": ("your own price", "Ihr eigener Preis"),
    "cost": ("your margin of {percent} on cost", "Ihre Marge von {percent} auf die Kosten"),
    "retail": (
        "{percent} on the recommended retail price",
        "{percent} auf den empfohlenen Verkaufspreis",
    ),
    "line_here": ("line {line}", "Position {line}"),
    "line_there": ("line {line} of {document}", "Position {line} von {document}"),
    "open_charge": ("the charge for {day}", "die Berechnung für den {day}"),
}


def price_row(row_id: int, language: Language) -> str:
    """Name the agreed price that a charge was made with."""
    return _term("price_row", language, number=number(Decimal(row_id), language=language))


def own_price(language: Language) -> str:
    """Say that the seller set the price itself."""
    return _term("own_price", language)


def margin(basis: str, percent_ppm: int, language: Language) -> str:
    """Say by which margin rule the seller made the price; `basis` is `cost` or `retail`."""
    return _term(basis, language, percent=percent(percent_ppm, language=language))


def line_here(line_no: int, language: Language) -> str:
    """Name a line of the same document."""
    return _term("line_here", language, line=str(line_no))


def line_there(line_no: int, document: str, language: Language) -> str:
    """Name a line of another document."""
    return _term("line_there", language, line=str(line_no), document=document)


def open_charge(first_day: date, language: Language) -> str:
    """Name a charge that no document carries yet."""
    return _term("open_charge", language, day=day(first_day, language=language))


def _term(key: str, language: Language, **values: str) -> str:
    english, german = _TERMS[key]
    return (german if language is Language.DE else english).format_map(values)
