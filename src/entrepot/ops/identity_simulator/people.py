"""Who can sign in at the simulated portal, and how it misbehaves on request; pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Trick(StrEnum):
    """One way to answer wrongly; each holds until it is taken away."""

    OTHER_NONCE = "other_nonce"
    OTHER_AUDIENCE = "other_audience"
    OTHER_ISSUER = "other_issuer"
    OTHER_KEY = "other_key"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    UNSIGNED = "unsigned"
    NO_LOGIN = "no_login"
    NO_TOKEN = "no_token"  # noqa: S105 - a name
    OLD_SIGN_IN = "old_sign_in"
    CODE_REFUSED = "code_refused"
    BROKEN = "broken"
    SLOW = "slow"
    RENAMED = "renamed"


@dataclass(slots=True)
class SimulatedPerson:
    """Somebody whom the portal knows. Facts are the names of OpenID Connect."""

    subject: str
    claims: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A shop that may ask the portal."""

    client_id: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]


def sample_people() -> list[SimulatedPerson]:
    """Return two people for demonstrations."""
    return [
        SimulatedPerson(
            subject=f"sample-{login}",
            claims={
                "preferred_username": login,
                "name": name,
                "email": f"{login}@company.example",
                "phone_number": "+49 40 3003420",
            },
        )
        for login, name in (("paula.portal", "Paula Portal"), ("oskar.outside", "Oskar Outside"))
    ]
