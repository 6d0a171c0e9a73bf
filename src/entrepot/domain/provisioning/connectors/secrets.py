"""Secrets of connectors: files beside the database, so that no dump, replica or query shows them.

One file per connector, `<name>.json`, readable by its owner only:

    {"user": "...", "password": "..."}                                        a service broker
    {"keys": [{"secret": "whsec_..."}, {"secret": "whsec_...", "until": "2026-07-01T00:00:00+00:00"}]}

The first key signs; a later one is still accepted until its instant. `rotate` puts a new key in front.
"""

import base64
import json
import os
import secrets as randomness
import stat
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from entrepot.domain.provisioning.connectors.signing import is_usable
from entrepot.domain.provisioning.errors import ProvisioningRefused

ROTATION = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Key:
    """One shared secret and the instant up to which it counts, None for no end."""

    secret: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ConnectorSecrets:
    """What a connector proves itself with; has no readable form, so that no log shows it."""

    user: str = ""
    password: str = ""
    keys: tuple[Key, ...] = field(default=())

    def valid(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that count now, the newest first."""
        return tuple(key.secret for key in self.keys if key.until is None or now < key.until)


def load(*, directory: Path, name: str) -> ConnectorSecrets:
    """Read the secrets of a connector.

    Raises: ProvisioningRefused `secret_missing` (no file, or not in the form above), `secret_file_readable`.
    """
    path = directory / f"{name}.json"
    try:
        mode = path.stat().st_mode
        content = json.loads(path.read_text(encoding="utf-8"))
        found = ConnectorSecrets(
            user=str(content.get("user", "")),
            password=str(content.get("password", "")),
            keys=tuple(_key(one) for one in content.get("keys", [])),
        )
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise ProvisioningRefused(
            "secret_missing",
            "There are no usable secrets for the connector {object}.",
            object=name,
            next_step="Write the file described in the page of the connectors.",
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ProvisioningRefused(
            "secret_file_readable",
            "The secrets of the connector {object} can be read by other users of the machine.",
            object=name,
            next_step="Take their rights away: chmod 600.",
        )
    return found


def store(*, directory: Path, name: str, secrets: ConnectorSecrets) -> None:
    """Write the secrets of a connector in one step, readable by the owner only."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    content: dict[str, object] = {}
    if secrets.user or secrets.password:
        content |= {"user": secrets.user, "password": secrets.password}
    if secrets.keys:
        content["keys"] = [
            {"secret": key.secret} | ({"until": key.until.isoformat()} if key.until else {})
            for key in secrets.keys
        ]
    fresh = directory / f".{name}.{os.getpid()}"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(content), encoding="utf-8")
    fresh.rename(directory / f"{name}.json")


def rotate(*, directory: Path, name: str, now: datetime, keep: timedelta = ROTATION) -> str:
    """Put a new key in front and let the present one count for `keep`; return the new secret."""
    present = load(directory=directory, name=name)
    secret = new_secret()
    kept = [Key(key.secret, key.until or now + keep) for key in present.keys[:1]]
    changed = ConnectorSecrets(present.user, present.password, (Key(secret), *kept))
    store(directory=directory, name=name, secrets=changed)
    return secret


def new_secret() -> str:
    """Return a fresh secret of 32 random bytes."""
    return f"whsec_{base64.b64encode(randomness.token_bytes(32)).decode('ascii')}"


def _key(value: dict[str, str]) -> Key:
    until = value.get("until")
    if not is_usable(value["secret"]):
        raise ValueError("a secret is whsec_ and at least 24 bytes in base64")
    return Key(value["secret"], datetime.fromisoformat(until) if until else None)
