"""Facts that acts on the queue publish with their audit entries; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass

from entrepot.infra.audit.acts import Act, announces


@announces(kinds=("job",))
@dataclass(frozen=True, slots=True)
class TaskHandled(Act):
    """A person started, stopped or restarted a task, or put it first."""


@announces(kinds=("task",))
@dataclass(frozen=True, slots=True)
class PriorityChosen(Act):
    """A person chose how urgent a task or an event handler is."""
