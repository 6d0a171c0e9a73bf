"""The simulated portal's rules: codes, proof keys, tokens and their signatures, by the library that is made for it."""
# ruff: noqa: ARG002 - most methods are hooks of the library.

import base64
import json
import secrets
from typing import Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from oauthlib.common import Request  # type: ignore[import-untyped]
from oauthlib.openid import RequestValidator, Server  # type: ignore[import-untyped]

from entrepot.kernel.clock import Clock
from entrepot.ops.identity_simulator.people import RegisteredClient, SimulatedPerson, Trick

_TOKEN_SECONDS = 300
_KEY_BITS = 2048


class SigningKey:
    """A key pair with a name."""

    def __init__(self) -> None:
        self.kid = secrets.token_hex(4)
        self.private = rsa.generate_private_key(public_exponent=65_537, key_size=_KEY_BITS)

    def public(self) -> dict[str, Any]:
        """Return the public half as the portal publishes it."""
        found = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return {**found, "kid": self.kid, "use": "sig", "alg": "RS256"}


class Authority(RequestValidator):  # type: ignore[misc]
    """Everything that the portal knows; `issuer` is set when its address is known."""

    def __init__(self, *, clock: Clock, people: list[SimulatedPerson]) -> None:
        super().__init__()
        self.clock = clock
        self.people = {one.subject: one for one in people}
        self.clients: dict[str, RegisteredClient] = {}
        self.tricks: set[Trick] = set()
        self.issuer = ""
        self.key = SigningKey()
        self._stranger = SigningKey()
        self._codes: dict[str, dict[str, Any]] = {}
        self._access: dict[str, str] = {}
        self.server = Server(self, token_expires_in=_TOKEN_SECONDS)

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish that one only."""
        self.key = SigningKey()

    def about(self, access: str) -> dict[str, Any] | None:
        """Return what is said at the userinfo address to the holder of a token."""
        person = self.people.get(self._access.get(access, ""))
        return None if person is None else self._facts(person)

    def _facts(self, person: SimulatedPerson) -> dict[str, Any]:
        left_out = {"preferred_username", "email"} if Trick.NO_LOGIN in self.tricks else set()
        facts = {key: value for key, value in person.claims.items() if key not in left_out}
        return {"sub": person.subject, **facts}

    def client_authentication_required(self, request: Request, *_: Any, **__: Any) -> bool:
        """Have every shop prove itself."""
        return True

    def authenticate_client(self, request: Request, *_: Any, **__: Any) -> bool:
        """Compare the secret of a Basic header, or of the form."""
        header = str((request.headers or {}).get("Authorization", ""))
        name, secret = request.client_id, request.client_secret
        if header.startswith("Basic "):
            name, _mark, secret = base64.b64decode(header[6:]).decode().partition(":")
            name, secret = unquote(name), unquote(secret)
        client = self.clients.get(name or "")
        if client is None or not secrets.compare_digest(client.secret, secret or ""):
            return False
        request.client, request.client_id = client, client.client_id
        return True

    def validate_client_id(self, client_id: str, request: Request, *_: Any, **__: Any) -> bool:
        """Know the shop."""
        request.client = self.clients.get(client_id)
        return request.client is not None

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Take the registered addresses only."""
        return redirect_uri in self.clients[client_id].redirect_uris

    def validate_response_type(
        self, client_id: str, response_type: str, *_: Any, **__: Any
    ) -> bool:
        """Take codes only."""
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], *_: Any, **__: Any) -> bool:
        """Take all scopes with the one that makes it OpenID Connect."""
        return "openid" in scopes

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Want a proof key."""
        return True

    def validate_silent_login(self, request: Request) -> bool:
        """Nobody is signed in here beforehand."""
        return False

    def validate_silent_authorization(self, request: Request) -> bool:
        """Nobody has agreed beforehand."""
        return False

    def validate_user_match(self, id_token_hint: str, *_: Any) -> bool:
        """Nobody is asked for by a token."""
        return id_token_hint is None

    def save_authorization_code(
        self, client_id: str, code: dict[str, Any], request: Request, *_: Any, **__: Any
    ) -> None:
        """Keep what a code stands for."""
        self._codes[code["code"]] = {
            "client": client_id,
            "redirect": request.redirect_uri,
            "scopes": request.scopes,
            "nonce": request.nonce,
            "challenge": request.code_challenge,
            "method": request.code_challenge_method,
            "subject": request.user,
        }

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *_: Any, **__: Any
    ) -> bool:
        """Know the code, for this shop."""
        found = self._codes.get(code)
        if found is None or found["client"] != client_id or Trick.CODE_REFUSED in self.tricks:
            return False
        request.user, request.scopes = found["subject"], found["scopes"]
        return True

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, *_: Any, **__: Any
    ) -> bool:
        """Want the address that the code went to."""
        return bool(self._codes[code]["redirect"] == redirect_uri)

    def invalidate_authorization_code(self, client_id: str, code: str, *_: Any, **__: Any) -> None:
        """Let a code count once."""
        self._codes.pop(code, None)

    def get_code_challenge(self, code: str, request: Request) -> Any:
        """Return the proof key's print."""
        return self._codes.get(code, {}).get("challenge")

    def get_code_challenge_method(self, code: str, request: Request) -> Any:
        """Return how it was printed."""
        return self._codes.get(code, {}).get("method")

    def get_authorization_code_scopes(self, client_id: str, code: str, *_: Any) -> Any:
        """Return what a code is good for."""
        return self._codes.get(code, {}).get("scopes", [])

    def get_authorization_code_nonce(self, client_id: str, code: str, *_: Any) -> Any:
        """Return the nonce that came with the question."""
        return self._codes.get(code, {}).get("nonce")

    def validate_grant_type(self, client_id: str, grant_type: str, *_: Any, **__: Any) -> bool:
        """Give tokens for codes only."""
        return grant_type == "authorization_code"

    def save_bearer_token(
        self, token: dict[str, Any], request: Request, *_: Any, **__: Any
    ) -> None:
        """Keep whose token it is."""
        self._access[token["access_token"]] = request.user

    def get_id_token(self, *_: Any) -> None:
        """Leave the making to the library, and the signing to `finalize_id_token`."""

    def finalize_id_token(
        self, id_token: dict[str, Any], token: Any, token_handler: Any, request: Request
    ) -> str:
        """Add who, by whom and when, spoil it as wanted, and sign."""
        now = int(self.clock.now().timestamp())
        person = self.people[request.user]
        claims = {
            **id_token,
            **self._facts(person),
            "iss": self.issuer,
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
            "auth_time": now,
        }
        return self._signed(self._spoiled(claims, now))

    def _spoiled(self, claims: dict[str, Any], now: int) -> dict[str, Any]:
        wrong: dict[Trick, dict[str, Any]] = {
            Trick.OTHER_NONCE: {"nonce": "somebody-else"},
            Trick.OTHER_AUDIENCE: {"aud": "another-shop"},
            Trick.OTHER_ISSUER: {"iss": "https://elsewhere.example"},
            Trick.EXPIRED: {"iat": now - 900, "exp": now - 600},
            Trick.FROM_THE_FUTURE: {"iat": now + 600, "exp": now + 900},
            Trick.OLD_SIGN_IN: {"auth_time": now - 3600},
        }
        for trick in self.tricks & set(wrong):
            claims |= wrong[trick]
        return claims

    def _signed(self, claims: dict[str, Any]) -> str:
        if Trick.NO_TOKEN in self.tricks:
            return ""
        if Trick.UNSIGNED in self.tricks:
            return jwt.encode(claims, "", algorithm="none")
        key = self._stranger if Trick.OTHER_KEY in self.tricks else self.key
        return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": self.key.kid})
