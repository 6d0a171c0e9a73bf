"""Facts that commands publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(actions=("seats_assigned",))
@dataclass(frozen=True, slots=True)
class ServiceAssigned(Act):
    """A service was assigned to people; the entry has their numbers."""


@announces(actions=("seats_released",))
@dataclass(frozen=True, slots=True)
class ServiceReleased(Act):
    """A service was taken from people; the entry has their numbers."""


@announces(actions=("seats_retried", "seats_awaited"))
@dataclass(frozen=True, slots=True)
class SeatsChanged(Act):
    """Failed assignments were tried again, or people wait for units that were ordered."""
