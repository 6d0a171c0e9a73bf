"""What a connector is: calls to one vendor, each with a typed answer.

A connector keeps no state, reads no clock and no database. Only what its `Abilities` declare is ever called. No
method raises for what a vendor does: refusals, silence and nonsense are outcomes.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from entrepot.domain.provisioning.kinds import Action, Feature
from entrepot.domain.provisioning.results import (
    Call,
    ObjectPage,
    Outcome,
    UsedUnits,
    VendorObject,
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a connector declares: actions and features. `is_by_hand`: a person does it, nothing is sent."""

    actions: frozenset[Action]
    features: frozenset[Feature] = frozenset()
    is_by_hand: bool = False

    def can(self, what: Action | Feature) -> bool:
        """Tell whether the connector does this."""
        return what in self.actions or what in self.features


class VendorFault(Exception):
    """A query (list, fetch, usage) was not answered usefully; its text says how. Nothing is changed by it."""


class Connector(Protocol):
    """One vendor's interface. Every method may be called twice for one operation and has one effect."""

    @property
    def abilities(self) -> Abilities:
        """Say what can be asked."""
        ...

    async def create(self, call: Call, /) -> Outcome:
        """Ask for a new service."""
        ...

    async def change(self, call: Call, /) -> Outcome:
        """Ask for another product, quantity or other parameters."""
        ...

    async def suspend(self, call: Call, /) -> Outcome:
        """Ask to stop the service without losing anything."""
        ...

    async def resume(self, call: Call, /) -> Outcome:
        """Ask to start a suspended service again."""
        ...

    async def cancel(self, call: Call, /) -> Outcome:
        """Ask to remove the service; one that does not exist is done."""
        ...

    async def assign(self, call: Call, /) -> Outcome:
        """Ask to hand the service out to `call.people`; who has it already is done. `Done.failed` names who has not."""
        ...

    async def release(self, call: Call, /) -> Outcome:
        """Ask to take the service away from `call.people`; who does not have it is done."""
        ...

    async def poll(self, call: Call, /) -> Outcome:
        """Look how far an accepted operation is."""
        ...

    async def ask(self, call: Call, /) -> Outcome:
        """Find out what became of an operation whose answer was lost; changes nothing."""
        ...

    async def clean(self, call: Call, /) -> Outcome:
        """Remove what a failed creation may have left (`Feature.CLEAN`)."""
        ...

    async def fetch(self, instance_key: str, /) -> VendorObject | None:
        """Describe one service (`Feature.FETCH`), None when there is none. Raises: VendorFault."""
        ...

    async def list_objects(self, after: str, /) -> ObjectPage:
        """Return one page of all services (`Feature.LIST`). Raises: VendorFault."""
        ...

    async def usage(self, first_day: date, until: date, /) -> tuple[UsedUnits, ...]:
        """Return measured units from the first day to before `until` (`Feature.USAGE`). Raises: VendorFault."""
        ...
