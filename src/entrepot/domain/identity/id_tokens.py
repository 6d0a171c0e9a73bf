"""Verify what a portal signs about a person: signature, issuer, audience, nonce, times; pure.

The library's own clock is not asked: times are compared with `now`, give or take a minute.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from entrepot.domain.identity.errors import SignInRefused, refused

LEEWAY = timedelta(seconds=60)
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
_KEYS_MAX, _LENGTH_MAX = 50, 20_000
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
# What PyJWT would do with its own clock, or in ways that are stricter or looser than ours, is done below.
_ONLY_SIGNATURE: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class UnknownKey(Exception):
    """No key fits: the portal may have new ones. `refusal` is what to say when it has not."""

    def __init__(self, refusal: SignInRefused) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def verified(
    token: object,
    *,
    keys: Sequence[object],
    issuer: str,
    client_id: str,
    nonce: str,
    again_since: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    """Return the claims of a token that is signed with one of the keys, by this issuer, for us, now, for this attempt.

    With `again_since` the person must have signed in there after that instant. Raises: UnknownKey;
    SignInRefused `portal_token_invalid`, `portal_token_expired`, `portal_issuer_differs`.
    """
    claims = _opened(token, keys)
    if claims.get("iss") != issuer:
        raise refused(
            "portal_issuer_differs",
            "The portal calls itself by another name than the one that is stored.",
            next_step="Ask an administrator of your account to look at the portal.",
            detail=f"the token says issuer {str(claims.get('iss'))[:200]!r}",
        )
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != client_id):
        raise _invalid("it is meant for somebody else")
    if claims.get("nonce") != nonce:
        raise _invalid("it belongs to another attempt (nonce)")
    if not isinstance(claims.get("sub"), str):
        raise _invalid("it names nobody (sub)")
    _require_now(claims, now)
    if again_since is not None:
        signed_in = _instant(claims, "auth_time")
        if signed_in is None or signed_in < (again_since - LEEWAY).timestamp():
            raise _invalid("nobody has signed in there again (auth_time)")
    return claims


def _opened(token: object, keys: Sequence[object]) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > _LENGTH_MAX:
        raise _invalid("there is no id token")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise _invalid("it is no token") from error
    algorithm, kid = str(header.get("alg")), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise _invalid(f"it is signed by {algorithm[:20]}")
    fitting = [
        one
        for one in keys[:_KEYS_MAX]
        if isinstance(one, dict)
        and one.get("kty") == _KINDS[algorithm[:2]]
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and (kid is None or one.get("kid") == kid)
    ]
    for one in fitting:
        try:
            key = jwt.PyJWK.from_dict(one, algorithm=algorithm).key
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=[algorithm], options=_ONLY_SIGNATURE
            )
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise _invalid("it cannot be read") from error
        return claims
    raise UnknownKey(_invalid("no key of the portal has signed it"))


def _require_now(claims: dict[str, Any], now: datetime) -> None:
    expires, made = _instant(claims, "exp"), _instant(claims, "iat")
    begins = _instant(claims, "nbf") if "nbf" in claims else made
    if expires is None or made is None or begins is None:
        raise _invalid("it has no times")
    moment, slack = now.timestamp(), LEEWAY.total_seconds()
    if expires + slack <= moment:
        raise _expired("it has expired")
    if max(made, begins) - slack > moment:
        raise _expired("it is from the future")


def _instant(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _invalid(detail: str) -> SignInRefused:
    return refused(
        "portal_token_invalid",
        "What the portal sent with you cannot be trusted.",
        next_step="Sign in again; if it stays so, tell an administrator of your account.",
        detail=detail,
    )


def _expired(detail: str) -> SignInRefused:
    return refused(
        "portal_token_expired",
        "What the portal sent with you is not valid at this time.",
        next_step="Sign in again; if it stays so, the portal's clock may be wrong.",
        detail=detail,
    )
