"""A device that makes and proves passkeys, without a browser: what a browser would send, and what an attacker might."""

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

_SEEN = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Device:
    """One passkey of one host."""

    def __init__(self, host: str) -> None:
        self.host, self.origin = host, f"http://{host}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.number = secrets.token_bytes(32)
        self.times = 0

    def make(self, options: dict[str, Any], *, origin: str = "") -> str:
        """Answer what a page asks to make a passkey."""
        client = self._client("webauthn.create", options, origin)
        public = ES256.from_cryptography_key(self.key.public_key())
        made = AttestedCredentialData.create(b"\0" * 16, self.number, public)
        data = AuthenticatorData.create(
            sha256(self.host.encode()), _SEEN | AuthenticatorData.FLAG.AT, self.times, made
        )
        whole = AttestationObject.create("none", data, {})
        return self._answer(clientDataJSON=client, attestationObject=whole)

    def prove(self, options: dict[str, Any], *, origin: str = "", counts: bool = True) -> str:
        """Answer what a page asks to prove a passkey."""
        self.times += counts
        client = self._client("webauthn.get", options, origin)
        data = AuthenticatorData.create(sha256(self.host.encode()), _SEEN, self.times)
        signature = self.key.sign(bytes(data) + sha256(client), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client(self, kind: str, options: dict[str, Any], origin: str) -> CollectedClientData:
        challenge = options["publicKey"]["challenge"]
        return CollectedClientData.create(kind, challenge, origin or self.origin)

    def _answer(self, **parts: bytes) -> str:
        response = {name: websafe_encode(bytes(part)) for name, part in parts.items()}
        number = websafe_encode(self.number)
        return json.dumps(
            {"id": number, "rawId": number, "type": "public-key", "response": response}
        )
