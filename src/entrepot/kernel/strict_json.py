"""JSON that others sent: what a database cannot hold, or JSON does not know, is refused whole."""

import json
import math
from collections.abc import Callable
from typing import Any

Pairs = Callable[[list[tuple[str, Any]]], dict[str, Any]]


def read_json(text: bytes | str, *, pairs: Pairs | None = None) -> Any:
    """Return what a text in UTF-8 says; `pairs` makes objects of their members.

    Raises: ValueError (for NaN, infinite and too large numbers, NUL and halves of characters too); RecursionError.
    """
    written = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    value = json.loads(
        written, object_pairs_hook=pairs, parse_constant=_refused, parse_float=_finite
    )
    # Only an escape can hide what the text itself must not hold.
    if ("\\u" in written or not isinstance(text, bytes)) and _has_unstorable(value):
        raise ValueError("a text holds what cannot be stored")
    return value


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _has_unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return not value.isprintable() and any(
            c == "\0" or "\ud800" <= c <= "\udfff" for c in value
        )
    if isinstance(value, dict):
        return any(_has_unstorable(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_has_unstorable(one) for one in value)
