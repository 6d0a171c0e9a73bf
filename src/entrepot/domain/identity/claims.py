"""What a portal says about a person, read with mistrust; pure."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from entrepot.domain.identity.errors import refused
from entrepot.domain.parties.errors import PartyInput
from entrepot.domain.parties.names import (
    LANGUAGES,
    clean_email,
    clean_login,
    clean_name,
    clean_timezone,
)
from entrepot.domain.parties.phones import clean_phone

SUBJECT_MAX = 255
_NAME_MAX = 150


@dataclass(frozen=True, slots=True)
class Facts:
    """One person as a portal knows them; what it does not say, or not usably, is empty."""

    subject: str
    login: str
    display_name: str
    email: str
    phone: str
    language: str
    timezone: str


def read_claims(claims: Mapping[str, Any], *, login_claim: str, country: str) -> Facts:
    """Return the facts of verified claims; `country` reads telephone numbers without a code.

    A login name is needed and is taken from `login_claim` only. Raises: SignInRefused `portal_claim_missing`.
    """
    subject = _text(claims, "sub")
    if not subject or len(subject) > SUBJECT_MAX or not subject.isprintable():
        raise _missing("sub")
    try:
        login = clean_login(_text(claims, login_claim))
    except PartyInput as error:
        raise _missing(login_claim) from error
    given = " ".join(part for key in ("given_name", "family_name") if (part := _text(claims, key)))
    name, email, phone, zone = login, "", "", ""
    for candidate in (_text(claims, "name"), given):
        with suppress(PartyInput):
            name = clean_name(candidate, field="display_name", length_max=_NAME_MAX)
            break
    with suppress(PartyInput):
        email = clean_email(_text(claims, "email"))
    with suppress(PartyInput):
        phone = clean_phone(_text(claims, "phone_number"), country=country)
    with suppress(PartyInput):
        zone = clean_timezone(_text(claims, "zoneinfo"))
    language = _text(claims, "locale")[:2].lower()
    return Facts(
        subject=subject,
        login=login,
        display_name=name[:_NAME_MAX],
        email=email,
        phone=phone,
        language=language if language in LANGUAGES else "",
        timezone=zone,
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value.strip() if isinstance(value, str) and len(value) <= 1000 else ""


def _missing(claim: str) -> Exception:
    return refused(
        "portal_claim_missing",
        "The portal did not say who you are: “{claim}” is missing or cannot be a login name.",
        next_step="Ask an administrator of your account to have the portal send it, or to name another fact.",
        claim=claim,
    )
