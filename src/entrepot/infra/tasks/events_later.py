"""Event handlers that a task carries out: the event is kept as JSON in a job of its handler.

A handler that runs at once belongs to the transaction of what it reacts to. One that runs later takes its time, fails
alone, is seen and restarted in the list of tasks, and has a priority of its own.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.db import transaction

from entrepot.infra.tasks import queue
from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.queue import RunningJob

TASK = "handle_event"


@dataclass(frozen=True, slots=True)
class Later:
    """One handler of an event that a task carries out; see `later`."""

    name: str
    event_type: type[Any]
    function: Callable[[Any], None]
    level: Level
    once: bool
    when: Callable[[], bool] | None

    def __call__(self, event: Any) -> None:
        """Add the job, in the transaction of the event."""
        if self.when is not None and not self.when():
            return
        queue.enqueue(
            task=TASK,
            handler=self.name,
            arguments={"handler": self.name, "event": to_json(event)},
            label=f"{type(event).__name__}: {self.name}",
            now=event.at,
            queueing_lock=self.name if self.once else None,
        )


_handlers: dict[str, Later] = {}


def later(
    *,
    name: str,
    event_type: type[Any],
    function: Callable[[Any], None],
    level: Level = Level.NORMAL,
    once: bool = False,
    when: Callable[[], bool] | None = None,
) -> Later:
    """Make a subscriber whose work a task does; the event has its instant in `at`.

    With `once`, an event while a job of the handler waits adds nothing: for handlers that look at the whole state.
    `when` is asked before a job is added, so that nothing is added where there is nothing to do.
    Raises: ValueError for a name that another handler has.
    """
    handler = Later(name, event_type, function, level, once, when)
    if _handlers.setdefault(name, handler) != handler:
        raise ValueError(f"there is a handler {name} already")
    return handler


def connect() -> None:
    """Tell the queue about the task and the levels of all handlers."""
    queue.register(name=TASK, function=do_handle)
    for handler in _handlers.values():
        queue.set_usual_level(name=handler.name, level=handler.level)


def do_handle(job: RunningJob, *, handler: str, event: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001 - the queue's shape
    """Carry out one handler for one event, in a transaction."""
    known = _handlers[handler]
    with transaction.atomic():
        known.function(from_json(known.event_type, event))
    return {}


def to_json(event: Any) -> dict[str, Any]:
    """Write a flat event as JSON values: numbers, texts, days, instants, amounts, members of enums."""
    return {field.name: _written(getattr(event, field.name)) for field in fields(event)}


def from_json(event_type: type[Any], values: Mapping[str, Any]) -> Any:
    """Read what `to_json` wrote. Raises: TypeError for a field of another shape."""
    hints = get_type_hints(event_type)
    return event_type(
        **{field.name: _read(hints[field.name], values[field.name]) for field in fields(event_type)}
    )


def _written(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | StrEnum):
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} cannot be kept for later")


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        options = [one for one in get_args(kind) if one is not type(None)]
        return None if value is None else _read(options[0], value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if kind is Decimal or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return kind(value)
    return value
