"""What can go wrong at the simulated vendor, and when."""

import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way to misbehave with one submitted operation."""

    NONE = "none"
    SLOW = "slow"
    BUSY = "busy"
    FAIL = "fail"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    ERROR_AFTER = "error_after"
    HTML = "html"
    EMPTY = "empty"
    DRIP = "drip"
    LATE = "late"
    TWICE = "twice"
    OUT_OF_ORDER = "out_of_order"
    FORGET = "forget"


@dataclass(slots=True)
class Faults:
    """Which fault the next operation meets.

    `script` is used up first, in order; then each fault comes with its share of all operations, drawn from a
    generator with a seed, so that a run can be repeated. Shares add up to at most 1.
    """

    shares: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 1
    slow_seconds: float = 2.0
    late_seconds: float = 5.0
    hang_seconds: float = 60.0
    _script: deque[Fault] = field(default_factory=deque)
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)
        if sum(self.shares.values()) > 1 or min(self.shares.values(), default=0) < 0:
            raise ValueError("the shares of the faults lie outside 0 to 1 together")

    def expect(self, faults: Iterable[Fault]) -> None:
        """Let the next operations meet these faults, one each."""
        self._script.extend(faults)

    def draw(self) -> Fault:
        """Return the fault of the next operation."""
        if self._script:
            return self._script.popleft()
        point = self._random.random()
        for fault, share in self.shares.items():
            point -= share
            if point < 0:
                return fault
        return Fault.NONE
