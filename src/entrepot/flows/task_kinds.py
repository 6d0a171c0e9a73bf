"""What can happen and who does what about it: events with their handlers, tasks, and how urgent each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot.flows import wiring
from entrepot.flows.event_types import event_types
from entrepot.flows.facts import handlers_of_facts
from entrepot.infra.outbox import handlers as facts
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.events_later import TASK, Later
from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.priorities import Chosen, chosen_levels
from entrepot.kernel.events import Handler, bus


@dataclass(frozen=True, slots=True)
class Urgency:
    """How urgent a task or handler is: the level that counts, the usual one, and who chose it if somebody did."""

    name: str
    level: Level
    usual: Level
    version: int
    changed_by: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandlerKind:
    """One handler of an event; `urgency` only for those that a task carries out. `leaves`: it tells other systems."""

    name: str
    urgency: Urgency | None
    leaves: bool


@dataclass(frozen=True, slots=True)
class EventKind:
    """One type of event with its handlers, in the order in which they run; `package` publishes it."""

    name: str
    package: str
    handlers: tuple[HandlerKind, ...]


def event_kinds() -> tuple[EventKind, ...]:
    """Give all types of events, also those that nobody reacts to yet; one statement."""
    chosen = chosen_levels()
    return tuple(
        EventKind(
            name=kind.__name__,
            package=kind.__module__.split(".")[2],
            handlers=tuple(_handler(one, chosen) for one in bus.handlers(kind)),
        )
        for kind in event_types()
    )


def fact_kinds() -> tuple[EventKind, ...]:
    """Give all kinds of facts with the handlers that are told them, none for those that nobody wants; one statement."""
    chosen = chosen_levels()
    return tuple(
        EventKind(
            name=kind,
            package="outbox",
            handlers=tuple(
                HandlerKind(one.name, _urgency(one.name, one.level, chosen), leaves=False)
                for one in handlers
            ),
        )
        for kind, handlers in handlers_of_facts().items()
    )


def task_urgencies() -> tuple[Urgency, ...]:
    """Give all tasks; those of handlers are left out, because each handler has a level of its own."""
    chosen = chosen_levels()
    return tuple(_urgency(name, usual, chosen) for name, usual in _plain_tasks().items())


def kind_names() -> tuple[str, ...]:
    """Give the names of what jobs can be of: tasks, and handlers that a task carries out."""
    later = [one.name for _, one in wiring.EVENTS if isinstance(one, Later)]
    told = [one.name for one in facts.fact_handlers()]
    return (*_plain_tasks(), *dict.fromkeys([*later, *told]))


def usual_level(name: str) -> Level | None:
    """Give the usual level of a task or handler, None for a name that nobody has."""
    return queue.usual_levels().get(name) if name in kind_names() else None


def _plain_tasks() -> Mapping[str, Level]:
    of_handlers = {TASK, facts.TASK}
    return {name: level for name, level in queue.task_levels().items() if name not in of_handlers}


def _handler(one: Handler[Any], chosen: Mapping[str, Chosen]) -> HandlerKind:
    if isinstance(one, Later):
        return HandlerKind(one.name, _urgency(one.name, one.level, chosen), leaves=False)
    name = f"{one.__module__.rsplit('.', 1)[1]}.{one.__name__}"
    return HandlerKind(name, None, leaves=one.__name__.startswith("announce_"))


def _urgency(name: str, usual: Level, chosen: Mapping[str, Chosen]) -> Urgency:
    own = chosen.get(name)
    return Urgency(
        name=name,
        level=own.level if own else usual,
        usual=usual,
        version=own.version if own else 0,
        changed_by=own.changed_by if own else "",
        changed_at=own.changed_at if own else None,
    )
