"""Events inside the process: facts, published where they happen, handled in the same transaction.

`flows/wiring.py` fills `bus`, and reading it tells what reacts to what. Work that leaves the
process (mail, files, other systems) belongs in the outbox; a subscriber only writes its row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")
Handler = Callable[[E], None]


class Bus:
    """A table from the type of an event to its subscribers."""

    def __init__(self) -> None:
        self._handlers: dict[type[Any], tuple[Handler[Any], ...]] = {}

    def subscribe(self, event_type: type[E], handler: Handler[E]) -> None:
        """Add a subscriber after those that the type already has.

        The type counts exactly: subscribers of a base class do not get events of its subclasses.

        Raises: TypeError unless the type is a frozen dataclass; ValueError if the same handler
        already subscribes to it.
        """
        _require_frozen(event_type)
        present = self.handlers(event_type)
        if handler in present:
            raise ValueError(f"{handler!r} already subscribes to {event_type.__name__}")
        self._handlers[event_type] = (*present, handler)

    def publish(self, event: object) -> None:
        """Run the subscribers of the event, one after the other, in the order of subscription.

        An error stops the rest and reaches the publisher, so that its transaction rolls back. An
        event that a subscriber publishes is handled before the next subscriber runs.

        Raises: TypeError unless the event is an instance of a frozen dataclass.
        """
        _require_frozen(type(event))
        for handler in self.handlers(type(event)):
            handler(event)

    def handlers(self, event_type: type[E]) -> tuple[Handler[E], ...]:
        """Give the subscribers of a type in the order in which they run."""
        return self._handlers.get(event_type, ())


def _require_frozen(event_type: type[Any]) -> None:
    # __dataclass_params__ is not in the type stubs, but it is the only record of `frozen`.
    parameters = getattr(event_type, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        raise TypeError(f"{event_type.__name__} is not a frozen dataclass")


bus = Bus()
