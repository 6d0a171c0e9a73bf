"""Texts that people type into accounts and users: cleaned once, here; pure."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

from entrepot.domain.parties.errors import PartyInput

LOGIN_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{4,255}")
HOST_SHAPE = re.compile(
    r"(?=.{1,120}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
ACCENT_SHAPE = re.compile(r"#[0-9a-fA-F]{6}")
PREFIX_SHAPE = re.compile(r"[A-Z][A-Z0-9]{0,9}")
EMAIL_SHAPE = re.compile(r"[^\s@<>\"',;]+@[^\s@<>\"',;]+\.[^\s@<>\"',;.]+")
LANGUAGES = ("en", "de")
_NAME_MAX = 250

# Categories of invisible characters: controls (also NUL), formats (direction overrides, zero
# width), surrogates.
_REFUSED = frozenset({"Cc", "Cf", "Cs"})
# Joiners belong to the spelling of several scripts and of emoji.
_ALLOWED = frozenset("\u200c\u200d")


def clean_name(text: str, *, field: str, length_max: int = _NAME_MAX) -> str:
    """Return a name in NFC with single blanks, or refuse it.

    Raises: PartyInput `name_missing`, `name_too_long`, `name_has_controls` (line breaks, NUL,
    direction overrides).
    """
    cleaned = unicodedata.normalize("NFC", " ".join(text.split(" "))).strip()
    if not cleaned:
        raise PartyInput(
            "name_missing", "The name is empty.", field=field, next_step="Enter a name."
        )
    if len(cleaned) > length_max:
        raise PartyInput(
            "name_too_long",
            "The name has {length} characters.",
            field=field,
            next_step="Use at most {length_max}.",
            length=len(cleaned),
            length_max=length_max,
        )
    if has_controls(cleaned):
        raise PartyInput(
            "name_has_controls",
            "The name contains invisible control characters.",
            field=field,
            next_step="Type it again instead of pasting it.",
        )
    return re.sub(" +", " ", cleaned)


def has_controls(text: str) -> bool:
    """Tell whether a text holds characters that change or break how other text is shown."""
    return any(unicodedata.category(c) in _REFUSED and c not in _ALLOWED for c in text)


def sort_key(name: str) -> str:
    """Return the name for sorting and prefix search: case folded, without accents, single blanks."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(plain.split())[:_NAME_MAX]


def clean_login(text: str, *, field: str = "login") -> str:
    """Return a login in lower case.

    Five to 256 letters, digits, and _ . @ - after the first (section 1.4 of the domain reference).
    Raises: PartyInput `login_malformed`.
    """
    login = text.strip().lower()
    if not LOGIN_SHAPE.fullmatch(login):
        raise PartyInput(
            "login_malformed",
            "This is not a usable login name.",
            field=field,
            next_step="Use 5 to 256 letters, digits, dots, hyphens, underscores or @, starting with "
            "a letter or digit.",
        )
    return login


def clean_email(text: str, *, field: str = "email") -> str:
    """Return a mail address, empty for none. Raises: PartyInput `email_malformed`."""
    email = text.strip()
    if email and (len(email) > 254 or has_controls(email) or not EMAIL_SHAPE.fullmatch(email)):
        raise PartyInput(
            "email_malformed",
            "This is not a mail address.",
            field=field,
            next_step="Write it as name@company.example.",
        )
    return email


def clean_country(text: str, *, field: str = "country") -> str:
    """Return a country code of two capitals. Raises: PartyInput `country_unknown`."""
    country = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise PartyInput(
            "country_unknown",
            "This is not a country code.",
            field=field,
            next_step="Use two letters, such as DE or AT.",
        )
    return country


def clean_language(text: str, *, field: str = "language") -> str:
    """Return a language of the screens. Raises: PartyInput `language_unknown`."""
    if text not in LANGUAGES:
        raise PartyInput(
            "language_unknown",
            "There are no screens in this language.",
            field=field,
            next_step="Choose English or German.",
        )
    return text


def clean_timezone(text: str, *, field: str = "timezone") -> str:
    """Return the name of a time zone. Raises: PartyInput `timezone_unknown`."""
    if len(text) > 60 or text not in _timezones():
        raise PartyInput(
            "timezone_unknown",
            "This time zone is not known.",
            field=field,
            next_step="Choose one such as Europe/Berlin.",
        )
    return text


@cache
def _timezones() -> frozenset[str]:
    """Look them up once: finding them reads hundreds of files."""
    return frozenset(available_timezones())
