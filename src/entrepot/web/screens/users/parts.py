"""More parts of a person's page, of packages that stand above people: what they have been given.

A package names a function that reads its part, once per process; while none does, the page has no more parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from entrepot.domain.parties.people import PersonPage
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.users.team import Team


@dataclass(frozen=True, slots=True)
class Part:
    """A template that draws one card, and what it reads as `part.values`."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


Maker = Callable[[SignedInRequest, Team, PersonPage], Part | None]
"""Reads a part for the page of a person; None for nothing to show."""

_makers: list[Maker] = []


def add_part(maker: Maker) -> None:
    """Show a part from now on, between the facts and the history of signing in."""
    if maker not in _makers:
        _makers.append(maker)


def parts_of(request: SignedInRequest, team: Team, facts: PersonPage) -> list[Part]:
    """Read all parts of a page."""
    found = [maker(request, team, facts) for maker in _makers]
    return [one for one in found if one is not None]
