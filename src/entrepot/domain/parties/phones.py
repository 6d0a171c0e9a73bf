"""Telephone numbers: checked by country, stored in E.164, shown as people of the country write them; pure.

Source: the metadata of `phonenumbers`, which follow the numbering plans of the ITU.
"""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from entrepot.domain.parties.errors import PartyInput

TYPED_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True)
class ShownPhone:
    """A stored number as people read it; both texts are the stored one when it never passed the check."""

    national: str
    international: str
    is_foreign: bool


def clean_phone(text: str, *, country: str, field: str = "phone") -> str:
    """Return a number in E.164 ("+4940123456"), empty for none.

    A number without a country code is one of `country` (two capitals). Raises: PartyInput `phone_malformed` for a
    text that is no number, `phone_unknown` for a number that the numbering plan does not have.
    """
    typed = text.strip()
    if not typed:
        return ""
    if len(typed) > TYPED_LENGTH_MAX:
        raise _malformed(field)
    try:
        number = phonenumbers.parse(typed, country)
    except NumberParseException as reason:
        raise _malformed(field) from reason
    if number.extension:
        raise _malformed(field)
    if not phonenumbers.is_valid_number(number):
        raise PartyInput(
            "phone_unknown",
            "{number} is not a telephone number of its country.",
            field=field,
            next_step="Check the digits, or write it with the country code, such as +49 40 3003420.",
            number=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown_phone(stored: str, *, country: str) -> ShownPhone:
    """Write a stored number for readers in `country`."""
    number = _parsed(stored)
    if number is None:
        return ShownPhone(stored, stored, is_foreign=False)
    own = phonenumbers.country_code_for_region(country)
    return ShownPhone(
        national=phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        international=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        is_foreign=number.country_code != own,
    )


def example_phone(*, country: str) -> str:
    """Give a number of a country as an example of how to write one; empty for a country without numbers."""
    number = phonenumbers.example_number(country)
    if number is None:
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _parsed(stored: str) -> PhoneNumber | None:
    if not stored.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(stored)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _malformed(field: str) -> PartyInput:
    return PartyInput(
        "phone_malformed",
        "This is not a telephone number.",
        field=field,
        next_step="Write digits, with the country code for a number abroad, such as +49 40 3003420.",
    )
