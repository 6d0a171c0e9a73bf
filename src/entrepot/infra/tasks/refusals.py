"""Refusals that jobs end with, kept as their parts, so that each reader gets them in the own language."""

from collections.abc import Callable, Mapping
from typing import Any

from entrepot.kernel.errors import DomainError

_KEPT_MAX = 2_000


def kept(refusal: DomainError) -> dict[str, Any]:
    """Take a refusal apart into JSON values; one with too much text in it is kept as a sentence only."""
    parts = {
        "code": refusal.code,
        "message": refusal.message,
        "next_step": refusal.next_step,
        "object": refusal.object,
        "params": {name: str(value) for name, value in refusal.params.items()},
    }
    return parts if len(str(parts)) <= _KEPT_MAX else {}


def told(values: Mapping[str, Any], *, sentence: str, translate: Callable[[str], str]) -> str:
    """Write a kept refusal in the language of `translate`; `sentence` where nothing was kept."""
    if not values:
        return sentence
    return DomainError(
        values["code"],
        values["message"],
        object=values["object"],
        next_step=values["next_step"],
        **values["params"],
    ).text(translate=translate)
