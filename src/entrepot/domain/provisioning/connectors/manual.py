"""The connector without a vendor's interface: a person does the work and marks it as done or failed."""

from datetime import date

from entrepot.domain.provisioning.connectors.protocol import Abilities, VendorFault
from entrepot.domain.provisioning.kinds import Action
from entrepot.domain.provisioning.results import (
    Accepted,
    Call,
    Done,
    ObjectPage,
    Outcome,
    UsedUnits,
    VendorObject,
)

ABILITIES = Abilities(frozenset(Action), is_by_hand=True)


class ManualQueue:
    """Accept everything; `commands.mark_done` and `mark_failed` say how it went."""

    @property
    def abilities(self) -> Abilities:
        """Say that a person can do everything."""
        return ABILITIES

    async def create(self, _call: Call) -> Outcome:
        """Put it into the queue of the people."""
        return Accepted()

    async def change(self, _call: Call) -> Outcome:
        """Put it into the queue of the people."""
        return Accepted()

    async def suspend(self, _call: Call) -> Outcome:
        """Put it into the queue of the people."""
        return Accepted()

    async def resume(self, _call: Call) -> Outcome:
        """Put it into the queue of the people."""
        return Accepted()

    async def cancel(self, _call: Call) -> Outcome:
        """Put it into the queue of the people."""
        return Accepted()

    async def assign(self, _call: Call) -> Outcome:
        """Put it into the queue of the people."""
        return Accepted()

    async def release(self, _call: Call) -> Outcome:
        """Put it into the queue of the people."""
        return Accepted()

    async def poll(self, _call: Call) -> Outcome:
        """Leave it in the queue."""
        return Accepted()

    async def ask(self, _call: Call) -> Outcome:
        """Leave it in the queue."""
        return Accepted()

    async def clean(self, _call: Call) -> Outcome:
        """Leave nothing: nothing was sent."""
        return Done()

    async def fetch(self, _instance_key: str) -> VendorObject | None:
        """Refuse: only people know."""
        raise VendorFault("services made by hand cannot be looked up")

    async def list_objects(self, _after: str) -> ObjectPage:
        """Refuse: only people know."""
        raise VendorFault("services made by hand cannot be listed")

    async def usage(self, _first_day: date, _until: date) -> tuple[UsedUnits, ...]:
        """Refuse: only people know."""
        raise VendorFault("services made by hand report no usage")
