"""What changes portals and what follows from coming through one; every command is one transaction."""

from entrepot.domain.identity.commands.arrivals import Arrival, arrive, note_refusal
from entrepot.domain.identity.commands.portals import (
    PORTALS_MAX,
    PortalFacts,
    add_portal,
    change_portal,
    delete_portal,
    switch_portal,
)

__all__ = [
    "PORTALS_MAX",
    "Arrival",
    "PortalFacts",
    "add_portal",
    "arrive",
    "change_portal",
    "delete_portal",
    "note_refusal",
    "switch_portal",
]
