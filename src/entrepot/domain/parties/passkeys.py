"""Passkeys: what the browser is asked, and whether what it answers is right.

A passkey belongs to the host and the exact origin at which it was made, so that no other page can ask for it. The state
between question and answer is the caller's to keep, on the server.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from entrepot.domain.parties.errors import PartyInput
from entrepot.domain.parties.kinds import FactorKind

ANSWER_LENGTH_MAX = 20_000
_TIMES = "sign_count"
# What the library and the parsers below it raise for bytes that are no answer of a passkey.
_MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    struct.error,
)
Options = Mapping[str, Any]
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey is used: host without port, the origin of its pages, and how people know it."""

    host: str
    origin: str
    name: str


def ask_new(*, user_id: int, login: str, name: str, site: Site) -> tuple[Options, State]:
    """Return what a browser is asked to make a passkey, and the state to keep until it answers."""
    options, state = _server(site).register_begin(
        user=PublicKeyCredentialUserEntity(
            id=f"USR-{user_id}".encode(), name=login, display_name=name
        ),
        credentials=list(_known(user_id).values()),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), state


def check_new(*, answer: str, state: State | None, site: Site) -> dict[str, Any]:
    """Return a new passkey as it is stored. Raises: PartyInput `passkey_unusable`."""
    given = _parsed(answer, state)
    try:
        registration = RegistrationResponse.from_dict(given)
        made = _server(site).register_complete(state, registration)
        if made.credential_data is None:
            raise _unusable()
        return dict(json.loads(json.dumps(dict(registration))))
    except _MALFORMED as error:
        raise _unusable() from error


def ask_known(*, user_id: int, site: Site) -> tuple[Options, State] | None:
    """Return what a browser is asked to prove one of a person's passkeys, with the state; None for nobody with one."""
    known = _known(user_id)
    if not known:
        return None
    options, state = _server(site).authenticate_begin(
        credentials=list(known.values()), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options), state


def pass_by_passkey(
    *, user_id: int, answer: str, state: State | None, site: Site, now: datetime
) -> bool:
    """Tell whether an answer proves one of the person's passkeys, and note that it was used.

    A passkey that counts its uses and has not counted on was copied, and does not pass.
    """
    try:
        given = _parsed(answer, state)
        proof = AuthenticationResponse.from_dict(given)
        with transaction.atomic():
            known = _known(user_id, lock=True)
            used = _server(site).authenticate_complete(state, list(known.values()), proof)
            number = next(key for key, one in known.items() if one is used)
            return _counts_on(number, proof.response.authenticator_data.counter, now=now)
    except (*_MALFORMED, PartyInput):
        return False


def _counts_on(number: int, times: int, *, now: datetime) -> bool:
    row = Authenticator.objects.get(pk=number)
    before = row.data.get(_TIMES, 0)
    if (times or before) and times <= before:
        return False
    Authenticator.objects.filter(pk=number).update(
        data={**row.data, _TIMES: times}, last_used_at=now
    )
    return True


def _server(site: Site) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=site.host, name=site.name),
        verify_origin=lambda origin: origin == site.origin,
    )


def _known(user_id: int, *, lock: bool = False) -> dict[int, AttestedCredentialData]:
    rows = Authenticator.objects.filter(user_id=user_id, type=FactorKind.PASSKEY.value)
    if lock:
        rows = rows.select_for_update()
    found = {row.pk: row.wrap().authenticator_data.credential_data for row in rows.order_by("id")}
    return {number: one for number, one in found.items() if one is not None}


def _parsed(answer: str, state: State | None) -> dict[str, Any]:
    if state is None or len(answer) > ANSWER_LENGTH_MAX:
        raise _unusable()
    try:
        given = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise _unusable() from error
    if not isinstance(given, dict):
        raise _unusable()
    return given


def _unusable() -> PartyInput:
    return PartyInput(
        "passkey_unusable",
        "Your device has given no passkey that can be used here.",
        field="answer",
        next_step="Try again, or use another device.",
    )
