"""VAT numbers of the European Union: checked by the form that each state gives them; pure.

Source: the structures of VAT identification numbers in the Commission's guide to its validation system. Only the form
is checked: whether a number is registered is known to the states alone.
"""

import re
from collections.abc import Mapping

from entrepot.domain.parties.errors import PartyInput

# What follows the prefix. Greece writes EL, Northern Ireland XI.
_SHAPES: Mapping[str, str] = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"(?:\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{12}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(?:\d{9}|\d{12}|(?:GD|HA)\d{3})",
}
_PREFIXES = {"GR": "EL", "GB": "XI"}


def clean_tax_number(text: str, *, country: str, field: str = "tax_number") -> str:
    """Return a tax number, a VAT number of the Union in capitals without blanks, dots and hyphens.

    Numbers of accounts in the Union that begin with a prefix of a state must have that state's form; national numbers
    and those of other countries are kept as they were typed. Raises: PartyInput `tax_number_malformed`.
    """
    typed = text.strip()
    plain = re.sub(r"[\s./-]", "", typed).upper()
    prefix, rest = plain[:2], plain[2:]
    if _PREFIXES.get(country, country) not in _SHAPES or prefix not in _SHAPES:
        return typed
    if not re.fullmatch(_SHAPES[prefix], rest):
        raise PartyInput(
            "tax_number_malformed",
            "{number} does not have the form of a VAT number that begins with {prefix}.",
            field=field,
            next_step="Compare it with the company's letter head, or leave it empty.",
            number=plain,
            prefix=prefix,
        )
    return plain
