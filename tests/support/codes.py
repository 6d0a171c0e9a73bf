"""Codes of an authenticator app, worked out from its secret as RFC 6238 says."""

import base64
import hashlib
import hmac
from datetime import datetime


def code_at(secret: str, now: datetime) -> str:
    """Return the six digits that an app shows at an instant; `secret` is base 32, blanks do not count."""
    key = base64.b32decode(secret.replace(" ", ""))
    step = int(now.timestamp()) // 30
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"
