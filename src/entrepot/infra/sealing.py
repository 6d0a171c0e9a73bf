"""Secrets that stand in the database: sealed with a key that lies beside it, so that no dump or query shows them.

The keys are a file in the data directory, readable by its owner only: one base64 key of 32 bytes per line. The first
one seals; the others still open what was sealed before a new one was put in front. A sealed text begins with the mark
of its key. What it is for is part of the seal, so that a text copied to another place does not open there.
"""

import base64
import hashlib
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE = "sealing-keys"
_KEY_BYTES, _NONCE_BYTES, _MARK_LENGTH = 32, 12, 8


class NotOpened(Exception):
    """A sealed text cannot be opened: its key is gone, or it was changed, or it is for something else."""


def seal(text: str, *, purpose: str, directory: Path) -> str:
    """Return a text sealed for a purpose, as ASCII; makes the first key when there is none."""
    key = _keys(directory)[0]
    nonce = secrets.token_bytes(_NONCE_BYTES)
    closed = AESGCM(key).encrypt(nonce, text.encode(), purpose.encode())
    return f"{_mark(key)}.{base64.urlsafe_b64encode(nonce + closed).decode('ascii')}"


def unseal(sealed: str, *, purpose: str, directory: Path) -> str:
    """Return the text that was sealed for this purpose. Raises: NotOpened."""
    mark, _, content = sealed.partition(".")
    key = next((one for one in _keys(directory) if _mark(one) == mark), None)
    if key is None:
        raise NotOpened("the key of this text is not among the keys")
    try:
        raw = base64.urlsafe_b64decode(content)
        opened = AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
    except (ValueError, InvalidTag) as error:
        raise NotOpened("this text was changed, or sealed for something else") from error
    return opened.decode()


def put_new_key_in_front(*, directory: Path) -> None:
    """Have everything sealed with a fresh key from now on; what was sealed before still opens."""
    _store(directory, [secrets.token_bytes(_KEY_BYTES), *_keys(directory)])


def _keys(directory: Path) -> list[bytes]:
    path = directory / KEY_FILE
    if not path.exists():
        _store(directory, [secrets.token_bytes(_KEY_BYTES)], only_if_absent=True)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotOpened(
            "the keys can be read by other users of the machine; take their rights away"
        )
    return [base64.b64decode(line) for line in path.read_text(encoding="ascii").split()]


def _store(directory: Path, keys: list[bytes], *, only_if_absent: bool = False) -> None:
    """Write the file in one step; of two processes that make the first key at once, one wins."""
    directory.mkdir(parents=True, exist_ok=True)
    fresh = directory / f".{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
    fresh.touch(mode=0o600)
    fresh.write_text(
        "".join(f"{base64.b64encode(key).decode()}\n" for key in keys), encoding="ascii"
    )
    if not only_if_absent:
        fresh.replace(directory / KEY_FILE)
        return
    try:
        os.link(fresh, directory / KEY_FILE)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _mark(key: bytes) -> str:
    """Name a key without telling anything about it."""
    return hashlib.sha256(b"entrepot.sealing" + key).hexdigest()[:_MARK_LENGTH]
