"""The simulated sign-in portal of one demo customer: where it is, who is known there, and its private file.

The secret exists only on this installation: sealed in the database, and in a file beside the sign-ins, from which
`bin/entrepot identity-simulator --demo` plays the portal.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from entrepot.demo.private import write_private

FILE_NAME = "demo-portal.json"
CUSTOMER = "Cobalt Freight GmbH"
SLUG = "cobalt-freight"
PORT = 8098


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody whom the portal knows, and we only once they have come."""

    login: str
    name: str


OUTSIDERS = (Outsider("paula.reents", "Paula Reents"), Outsider("oskar.thiele", "Oskar Thiele"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPortal:
    """What the site and the simulated portal know of each other; `host` is where its people sign in."""

    host: str
    domain: str
    port: int
    client_id: str = "entrepot-demo"
    secret: str = field(repr=False, default_factory=secrets.token_urlsafe)

    @property
    def address(self) -> str:
        """Return the `host:port` of the portal, on this machine only."""
        return f"127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        """Return the portal's own name."""
        return f"http://{self.address}"

    def sign_in_address(self, *, web_port: int) -> str:
        """Return where people of the portal begin."""
        return f"http://{self.host}:{web_port}/sign-in/portal/{SLUG}/"

    def way_back(self, *, web_port: int) -> str:
        """Return the only address to which the portal sends people back."""
        return f"{self.sign_in_address(web_port=web_port)}back/"


def write_portal(*, directory: Path, portal: DemoPortal) -> Path:
    """Write the file in one step, readable by its owner only; return its path."""
    return write_private(directory=directory, name=FILE_NAME, facts=asdict(portal))


def read_portal(*, directory: Path) -> DemoPortal | None:
    """Read the file; None when there is none."""
    path = directory / FILE_NAME
    return DemoPortal(**json.loads(path.read_text("utf-8"))) if path.exists() else None
