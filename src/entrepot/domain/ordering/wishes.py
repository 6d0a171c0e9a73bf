"""What renewals and cancellations want of a subscription that is there, and how their orders keep it.

Change orders keep `units`. What is kept has the units of that day, because the subscription's own go on changing, and
the person who asked, because an order may be carried out later, by a program or by somebody who approved it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.infra.audit.recorder import Actor


@dataclass(frozen=True, slots=True)
class NextTerm:
    """One more term after the running one, or, with `begins_again`, a new one of what has ended.

    `starts_on` is the first day that was seen when it was ordered, on `ordered_on`; `quantities` are units by resource
    id.
    """

    starts_on: date
    begins_again: bool
    ordered_on: date
    quantities: Mapping[int, Decimal]
    by: Actor

    @property
    def stored(self) -> dict[str, Any]:
        """Give it as the order keeps it."""
        return {
            "starts_on": self.starts_on.isoformat(),
            "begins_again": self.begins_again,
            "ordered_on": self.ordered_on.isoformat(),
            **_stored(self.quantities, self.by),
        }


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a subscription: the first day without it, and why; ordered on `ordered_on`.

    `overtakes` is the number of the order that it ended, empty for none.
    """

    cancel_on: date
    reason: str
    ordered_on: date
    overtakes: str
    quantities: Mapping[int, Decimal]
    by: Actor

    @property
    def stored(self) -> dict[str, Any]:
        """Give it as the order keeps it."""
        return {
            "cancel_on": self.cancel_on.isoformat(),
            "reason": self.reason,
            "ordered_on": self.ordered_on.isoformat(),
            "overtakes": self.overtakes,
            **_stored(self.quantities, self.by),
        }


def next_term_of(facts: Mapping[str, Any] | None) -> NextTerm | None:
    """Read what a renewal keeps; None for an order of another kind."""
    if facts is None or "begins_again" not in facts:
        return None
    return NextTerm(
        starts_on=date.fromisoformat(facts["starts_on"]),
        begins_again=facts["begins_again"],
        ordered_on=date.fromisoformat(facts["ordered_on"]),
        quantities=_quantities(facts),
        by=Actor(**facts["by"]),
    )


def ending_of(facts: Mapping[str, Any] | None) -> Ending | None:
    """Read what a cancellation keeps; None for an order of another kind."""
    if facts is None or "cancel_on" not in facts:
        return None
    return Ending(
        cancel_on=date.fromisoformat(facts["cancel_on"]),
        reason=facts["reason"],
        ordered_on=date.fromisoformat(facts["ordered_on"]),
        overtakes=facts["overtakes"],
        quantities=_quantities(facts),
        by=Actor(**facts["by"]),
    )


def _stored(quantities: Mapping[int, Decimal], by: Actor) -> dict[str, Any]:
    return {
        "quantities": {str(number): str(units) for number, units in quantities.items()},
        "by": {
            "user_id": by.user_id,
            "name": by.name,
            "channel": by.channel,
            "on_behalf_of_id": by.on_behalf_of_id,
            "request_id": by.request_id,
        },
    }


def _quantities(facts: Mapping[str, Any]) -> dict[int, Decimal]:
    return {int(number): Decimal(units) for number, units in facts["quantities"].items()}
