"""Signatures of messages in both directions, after Standard Webhooks 1.0; pure but for the HMAC.

`webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`: one or several `v1,<base64>` parted by blanks.
Signed is `id.timestamp.content`. The content of a call-back is its body; that of a request of ours is the method, the
path with query, a line break and the body, so that a signature fits one address only.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from entrepot.domain.provisioning.errors import CallbackRefused

WINDOW = timedelta(minutes=5)
ID_LENGTH_MAX = 200
_PREFIX = "whsec_"
_SIGNATURES_MAX = 10


@dataclass(frozen=True, slots=True)
class Signed:
    """What a valid signature vouches for."""

    message_id: str
    sent_at: datetime


def key_of(secret: str) -> bytes:
    """Return the key inside `whsec_<base64>`. Raises: ValueError for another shape or less than 24 bytes."""
    if not secret.startswith(_PREFIX):
        raise ValueError("a secret starts with whsec_")
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    if len(key) < 24:
        raise ValueError("a secret has at least 24 bytes")
    return key


def signature(*, secret: str, message_id: str, timestamp: int, content: bytes) -> str:
    """Return one signature, `v1,<base64>`."""
    signed = f"{message_id}.{timestamp}.".encode() + content
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


def headers_for(
    *, secrets: Sequence[str], message_id: str, now: datetime, content: bytes
) -> dict[str, str]:
    """Return the three headers, signed with every given secret, so that a receiver may know either."""
    timestamp = int(now.timestamp())
    signatures = [
        signature(secret=secret, message_id=message_id, timestamp=timestamp, content=content)
        for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def request_content(*, method: str, target: str, body: bytes) -> bytes:
    """Return what is signed of a request; `target` is the path with the query."""
    return f"{method} {target}\n".encode() + body


def verify(
    *, secrets: Sequence[str], headers: Mapping[str, str], content: bytes, now: datetime
) -> Signed:
    """Check a message against the valid secrets; header names in lower case.

    Raises: CallbackRefused `callback_unsigned`, `callback_outside_window` (five minutes to either side),
    `callback_signature_wrong`.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()[:_SIGNATURES_MAX]
    if not given or not _is_id(message_id) or not _is_timestamp(timestamp):
        raise CallbackRefused(
            "callback_unsigned",
            "The message carries no usable signature.",
            next_step="Send webhook-id, webhook-timestamp and webhook-signature.",
        )
    sent_at = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(now - sent_at) > WINDOW:
        raise CallbackRefused(
            "callback_outside_window",
            "The message was signed more than five minutes from now.",
            next_step="Sign it when it is sent, with a clock that is right.",
        )
    for secret in secrets:
        right = signature(
            secret=secret, message_id=message_id, timestamp=int(timestamp), content=content
        )
        if any(hmac.compare_digest(right.encode(), one.encode()) for one in given):
            return Signed(message_id, sent_at)
    raise CallbackRefused(
        "callback_signature_wrong",
        "The signature does not fit the message.",
        next_step="Sign the bytes that are sent, with the secret of this connector.",
    )


def _is_id(text: str) -> bool:
    return 0 < len(text) <= ID_LENGTH_MAX and text.isascii() and text.isprintable()


def _is_timestamp(text: str) -> bool:
    return 0 < len(text) <= 11 and text.isascii() and text.isdigit()


def is_usable(secret: str) -> bool:
    """Tell whether a text is a secret."""
    try:
        key_of(secret)
    except (ValueError, binascii.Error):
        return False
    return True
