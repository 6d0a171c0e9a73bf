"""The state of the simulated vendor: services, operations, and how often each had an effect."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Thing:
    """One service that the vendor runs."""

    instance: str
    vendor_id: str
    state: str
    product: dict[str, str]
    quantity: str
    parameters: dict[str, Any]
    units: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Task:
    """One operation as the vendor knows it; `status` is accepted, succeeded or failed."""

    key: str
    action: str
    instance: str
    product: dict[str, str]
    quantity: str
    parameters: dict[str, Any]
    units: dict[str, str] = field(default_factory=dict)
    status: str = "accepted"
    text: str = ""
    will_fail: bool = False
    people: list[dict[str, str]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def is_same(self, other: "Task") -> bool:
        """Tell whether two requests ask for the same."""
        return (
            self.action == other.action
            and self.instance == other.instance
            and self.product == other.product
            and self.quantity == other.quantity
            and self.units == other.units
            and self.parameters == other.parameters
            and self.people == other.people
        )


@dataclass(slots=True)
class Vendor:
    """Everything the vendor has. `effects` counts the effects of each operation: more than one is a double."""

    things: dict[str, list[Thing]] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    effects: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    created: int = 0

    def find(self, instance: str) -> Thing | None:
        """Return the service of that name, None when there is none now."""
        return next((one for one in self.things.get(instance, []) if one.state != "removed"), None)

    def live(self) -> list[Thing]:
        """Return all services that are there."""
        return [t for named in self.things.values() for t in named if t.state != "removed"]

    def doubles(self) -> list[str]:
        """Return the names that more than one service has, and the keys of operations with several effects."""
        several = [key for key, number in self.effects.items() if number > 1]
        names = [
            n for n, things in self.things.items() if sum(t.state != "removed" for t in things) > 1
        ]
        return sorted(several) + sorted(names)

    def finish(self, task: Task) -> None:
        """Carry an operation out, or let it fail."""
        if task.status != "accepted":
            return
        refusal = self._refusal(task)
        if refusal:
            task.status, task.text = "failed", refusal
            return
        task.status = "succeeded"
        self.effects[task.key] += 1
        getattr(self, f"_{task.action}")(task)

    def _refusal(self, task: Task) -> str:
        if task.will_fail:
            return "The vendor ran out of capacity."
        missing = [n for n in task.product.get("needs", "").split() if not task.parameters.get(n)]
        if missing and task.action in {"create", "change"}:
            return f"The parameter {missing[0]} is missing."
        domain = str(task.parameters.get("domain", ""))
        # RFC 2606, section 2: such a name never exists.
        if domain.endswith(".invalid") and task.action in {"create", "change"}:
            return f"There is no domain {domain}."
        if task.action not in {"create", "cancel"} and self.find(task.instance) is None:
            return "There is no such service."
        return ""

    def _create(self, task: Task) -> None:
        self.created += 1
        thing = Thing(
            instance=task.instance,
            vendor_id=f"V-{self.created:06d}",
            state="running",
            product=task.product,
            quantity=task.quantity,
            parameters=task.parameters,
            units=task.units,
        )
        self.things.setdefault(task.instance, []).append(thing)

    def _change(self, task: Task) -> None:
        thing = self._needed(task)
        thing.product, thing.quantity = task.product, task.quantity
        thing.parameters, thing.units = task.parameters, task.units

    def _suspend(self, task: Task) -> None:
        self._needed(task).state = "suspended"

    def _resume(self, task: Task) -> None:
        self._needed(task).state = "running"

    def _cancel(self, task: Task) -> None:
        thing = self.find(task.instance)
        if thing is not None:
            thing.state = "removed"

    def _assign(self, task: Task) -> None:
        """Give people the service. RFC 2606: an address below .invalid belongs to nobody."""
        thing = self._needed(task)
        for one in task.people:
            if one["email"].endswith(".invalid"):
                task.failed[one["key"]] = f"There is no mailbox {one['email']}."
            else:
                thing.people[one["key"]] = one["login"]

    def _release(self, task: Task) -> None:
        thing = self._needed(task)
        for one in task.people:
            thing.people.pop(one["key"], None)

    def _needed(self, task: Task) -> Thing:
        thing = self.find(task.instance)
        assert thing is not None
        return thing

    def save(self, path: Path) -> None:
        """Write the state into a file, in one step."""
        content = {
            "things": {n: [asdict(t) for t in things] for n, things in self.things.items()},
            "tasks": {key: asdict(task) for key, task in self.tasks.items()},
            "effects": dict(self.effects),
            "created": self.created,
        }
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(content), encoding="utf-8")
        fresh.rename(path)


def load(path: Path) -> Vendor:
    """Read the state from a file; one that does not exist gives an empty vendor."""
    if not path.exists():
        return Vendor()
    content = json.loads(path.read_text(encoding="utf-8"))
    return Vendor(
        things={n: [Thing(**t) for t in things] for n, things in content["things"].items()},
        tasks={key: Task(**task) for key, task in content["tasks"].items()},
        effects=Counter(content["effects"]),
        created=content["created"],
    )
