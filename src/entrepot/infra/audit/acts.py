"""Every act is an event: what an audit entry tells is published in the type that its object or action has.

A package names the types of its acts in its `events.py`; a command that writes an audit entry therefore publishes
without a line of its own. Commands that have a more telling event of their own keep it, and their actions have no type
here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from entrepot.kernel.events import bus


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did to one object; `action` is the code of the audit entry `entry_id`, `by` the actor's name."""

    entry_id: int
    action: str
    object_id: int | None
    tenant_id: int | None
    by: str
    at: datetime


T = TypeVar("T", bound=type[Act])


@dataclass(frozen=True, slots=True)
class Done:
    """One entry as the recorder has written it."""

    entry_id: int
    action: str
    object_kind: str
    object_id: int | None
    tenant_id: int | None


_of_kind: dict[str, type[Act]] = {}
_of_action: dict[str, type[Act] | None] = {}


def announces(*, kinds: Sequence[str] = (), actions: Sequence[str] = ()) -> Callable[[T], T]:
    """Declare the type of the events for all acts on kinds of objects, or for single actions, which count first.

    Raises: ValueError for a kind or action that another type has.
    """

    def declare(event_type: T) -> T:
        for names, types in ((kinds, _of_kind), (actions, _of_action)):
            for name in names:
                if name in types:
                    raise ValueError(f"{name} is announced by another type already")
                types[name] = event_type
        return event_type

    return declare


def announced_elsewhere(*actions: str) -> None:
    """Say that commands publish an event of their own for these actions."""
    for action in actions:
        _of_action[action] = None


def announced() -> tuple[Mapping[str, type[Act]], Mapping[str, type[Act] | None]]:
    """Give the types by kind of object, and by action."""
    return _of_kind, _of_action


def publish(*, done: Sequence[Done], by: str, at: datetime) -> None:
    """Publish one event per entry, in their order; objects of a kind without a type are nobody's act."""
    for one in done:
        event_type = (
            _of_action[one.action] if one.action in _of_action else _of_kind.get(one.object_kind)
        )
        if event_type is not None:
            bus.publish(event_type(one.entry_id, one.action, one.object_id, one.tenant_id, by, at))
