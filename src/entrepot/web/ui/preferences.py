"""The reader's theme and density: which values there are and how cookies name them."""

from __future__ import annotations

from collections.abc import Mapping

CHOICES: Mapping[str, frozenset[str]] = {
    "theme": frozenset({"light", "dark"}),
    "density": frozenset({"compact"}),
}
COOKIE_AGE_SECONDS = 365 * 24 * 60 * 60


def chosen(cookies: Mapping[str, str]) -> dict[str, str]:
    """Read the attributes of `<html>` from cookies; unknown values count as not chosen."""
    return {
        f"data-{name}": cookies[name]
        for name, values in CHOICES.items()
        if cookies.get(name) in values
    }
