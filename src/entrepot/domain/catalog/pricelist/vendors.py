"""Which vendor a price list speaks of; pure."""

import hashlib
import re

_CHARACTERS_MAX = 60


def vendor_code(*, publisher: str) -> str:
    """Make a short stable code of a publisher's name: "Microsoft Corporation" is
    "microsoft-corporation". Names that leave nothing, or too much, end in a digest.
    """
    words = "-".join(re.findall(r"\w+", publisher.casefold()))
    if words and len(words) <= _CHARACTERS_MAX:
        return words
    digest = hashlib.sha256(publisher.encode()).hexdigest()[:8]
    return f"{words[: _CHARACTERS_MAX - 9]}-{digest}".strip("-")
