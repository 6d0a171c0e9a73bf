"""OpenID Connect as the one who relies on it: discovery, the way to the portal, the code's exchange.

The authorization code flow with proof key (S256), state and nonce; the code goes to the portal's token address from
here, with the client's secret. What comes back is verified by `id_tokens.py`. All calls go through `infra/egress.py`,
and one step has ten seconds in all, however many calls it makes.
"""

import asyncio
import base64
import hashlib
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from django.core.cache import cache

from entrepot.domain.identity.errors import refused
from entrepot.domain.identity.id_tokens import UnknownKey, verified
from entrepot.infra.egress import Answer, Egress, NoAnswer, NotAllowed, NotSent

SECONDS = 10.0
_WELL_KNOWN = "/.well-known/openid-configuration"
_DESCRIBED_SECONDS, _KEYS_SECONDS = 300, 3600
_LIMIT = 262_144
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WayOut:
    """How portals are reached: `inside` are the `host:port` that may be private or plain http, `seconds` per step."""

    inside: frozenset[str] = frozenset()
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Client:
    """What a portal knows us by."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid profile email"


@dataclass(frozen=True, slots=True)
class Described:
    """What a portal says of itself at its well-known address."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    takes_basic: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to a portal and back: the secrets that tie the answer to the browser that began."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    again_since: datetime | None = None


def described(*, issuer: str, way: WayOut, fresh: bool = False) -> Described:
    """Return what a portal says of itself, at most five minutes old, or asked for now if `fresh`.

    Raises: SignInRefused `portal_not_called`, `portal_unreachable`, `portal_answer_unusable`, `portal_issuer_differs`.
    """
    place = _place("described", issuer)
    found = None if fresh else cache.get(place)
    if not isinstance(found, Described):
        found = _run(_describe(issuer, way), way)
        cache.set(place, found, _DESCRIBED_SECONDS)
    return found


def address_of(client: Client, there: Described, attempt: Attempt, *, hint: str = "") -> str:
    """Return the address to which the browser goes; `hint` is the login name that the person has typed."""
    digest = hashlib.sha256(attempt.verifier.encode("ascii")).digest()
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": attempt.redirect_uri,
        "scope": client.scopes,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
        "code_challenge_method": "S256",
        **({"login_hint": hint} if hint else {}),
        **({"prompt": "login", "max_age": "0"} if attempt.again_since else {}),
    }
    mark = "&" if urlsplit(there.authorization).query else "?"
    return f"{there.authorization}{mark}{urlencode(asked)}"


def exchanged(
    client: Client, attempt: Attempt, *, code: str, login_claim: str, now: datetime, way: WayOut
) -> Mapping[str, Any]:
    """Give the code for what the portal says of the person, verified.

    Keys are kept for an hour and asked for once more when a token is signed with one that is not among them. Facts
    that the token leaves out are read at the portal's userinfo address, if it names the same person. Raises:
    SignInRefused.
    """
    there = described(issuer=client.issuer, way=way)
    return _run(_exchange(client, there, attempt, code, login_claim, now, way), way)


async def _describe(issuer: str, way: WayOut) -> Described:
    async with _Calls(way) as calls:
        said = await calls.fields("GET", issuer.rstrip("/") + _WELL_KNOWN)
        if said.get("issuer") != issuer:
            raise refused(
                "portal_issuer_differs",
                "The portal calls itself by another name than the one that is stored.",
                next_step="Ask an administrator of your account to look at the portal.",
                detail=f"it says issuer {str(said.get('issuer'))[:200]!r}",
            )
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
        places = [one if isinstance(one := said.get(name, ""), str) else "" for name in names]
        if not all(places[:3]):
            raise _unusable("the description lacks an address")
        for one in places:
            if one:
                calls.check(one)
    methods = said.get("token_endpoint_auth_methods_supported")
    takes_basic = not isinstance(methods, list) or "client_secret_basic" in methods
    authorization, token, keys, userinfo = places
    return Described(issuer, authorization, token, keys, userinfo, takes_basic)


async def _exchange(
    client: Client,
    there: Described,
    attempt: Attempt,
    code: str,
    login_claim: str,
    now: datetime,
    way: WayOut,
) -> dict[str, Any]:
    async with _Calls(way) as calls:
        tokens = await calls.tokens(client, there, attempt, code)
        claims: dict[str, Any] = {}
        for is_last in (False, True):
            keys = await calls.keys(there, fresh=is_last)
            try:
                claims = verified(
                    tokens.get("id_token"),
                    keys=keys,
                    issuer=client.issuer,
                    client_id=client.client_id,
                    nonce=attempt.nonce,
                    again_since=attempt.again_since,
                    now=now,
                )
                break
            except UnknownKey as error:
                if is_last:
                    raise error.refusal from error
        access = tokens.get("access_token")
        wanted = {login_claim, "name", "email"}
        if there.userinfo and isinstance(access, str) and not wanted <= claims.keys():
            more = await calls.fields(
                "GET", there.userinfo, headers={"Authorization": f"Bearer {access}"}
            )
            if more.get("sub") != claims["sub"]:
                raise _unusable("userinfo is about somebody else")
            claims = {**more, **claims}
    return claims


class _Calls:
    """Calls to one portal in one step."""

    def __init__(self, way: WayOut) -> None:
        self._out = Egress(inside=way.inside, total_seconds=way.seconds)

    async def __aenter__(self) -> "_Calls":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._out.close()

    def check(self, url: str) -> None:
        """Refuse an address that is never called. Raises: SignInRefused."""
        try:
            self._out.check(url)
        except NotAllowed as error:
            raise _not_called(error) from error

    async def answer(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Make one call. Raises: SignInRefused."""
        try:
            found = await self._out.request(method, url, headers=headers, body=body, limit=_LIMIT)
        except NotAllowed as error:
            raise _not_called(error) from error
        except (NotSent, NoAnswer) as error:
            raise _unreachable(str(error)) from error
        if found.status >= 500:
            raise _unreachable(f"{urlsplit(url).path} answered {found.status}")
        return found

    async def fields(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the object that an address answers with. Raises: SignInRefused."""
        found = await self.answer(method, url, headers=headers or {})
        said = found.fields() if found.status == 200 else None
        if said is None:
            raise _unusable(f"{urlsplit(url).path} answered {found.status} without an object")
        return said

    async def tokens(
        self, client: Client, there: Described, attempt: Attempt, code: str
    ) -> dict[str, Any]:
        """Give the code away and return the tokens. Raises: SignInRefused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers = dict(_FORM)
        if there.takes_basic:
            pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
        else:
            form |= {"client_id": client.client_id, "client_secret": client.client_secret}
        body = urlencode(form).encode()
        found = await self.answer("POST", there.token, headers=headers, body=body)
        said = found.fields() or {}
        if found.status == 200:
            return said
        reason = str(said.get("error", found.status))[:100]
        if found.status == 401 or reason == "invalid_client":
            raise refused(
                "portal_secret_refused",
                "The portal does not accept this site any more.",
                next_step="Ask an administrator of your account to enter a new client secret.",
                detail=reason,
            )
        raise refused(
            "portal_code_refused",
            "The portal took back what it had sent with you.",
            next_step="Sign in again.",
            detail=reason,
        )

    async def keys(self, there: Described, *, fresh: bool) -> list[Any]:
        """Return the portal's keys, kept for an hour, or asked for now. Raises: SignInRefused."""
        place = _place("keys", there.issuer)
        found = None if fresh else cache.get(place)
        if not isinstance(found, list):
            said = await self.fields("GET", there.keys)
            found = said.get("keys")
            if not isinstance(found, list):
                raise _unusable("there are no keys")
            cache.set(place, found, _KEYS_SECONDS)
        return found


def _run(work: Coroutine[Any, Any, T], way: WayOut) -> T:
    async def bounded() -> T:
        try:
            async with asyncio.timeout(way.seconds):
                return await work
        except TimeoutError as error:
            raise _unreachable(f"no answer within {way.seconds:g} s") from error

    return asyncio.run(bounded())


def _place(what: str, issuer: str) -> str:
    return f"openid-{what}-{hashlib.sha256(issuer.encode()).hexdigest()}"


def _unreachable(detail: str) -> Exception:
    return refused(
        "portal_unreachable",
        "The portal does not answer now.",
        next_step="Try again in some minutes; if it stays so, tell an administrator of your account.",
        detail=detail,
    )


def _unusable(detail: str) -> Exception:
    return refused(
        "portal_answer_unusable",
        "The portal's answer cannot be used.",
        next_step="Ask an administrator of your account to look at the portal.",
        detail=detail,
    )


def _not_called(error: Exception) -> Exception:
    return refused(
        "portal_not_called",
        "An address of the portal is one that is never called.",
        next_step="It has to be https on port 443 or 8443, at a public address.",
        detail=str(error),
    )
