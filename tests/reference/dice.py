"""Random decisions in the words of the worlds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class Dice:
    """A source of decisions; the same seed gives the same world."""

    random: Random

    def pick(self, options: Sequence[_T]) -> _T:
        """Return one of the options."""
        return self.random.choice(options)

    def chance(self, percent: int) -> bool:
        """Return True in about this many of a hundred cases."""
        return self.random.randrange(100) < percent

    def number(self, low: int, high: int) -> int:
        """Return a number, both ends included."""
        return self.random.randint(low, high)

    def decimal(self, options: str) -> Decimal:
        """Return one of the numbers in a text."""
        return Decimal(self.pick(options.split()))

    def day(self, first: date, last: date) -> date:
        """Return a day, both ends included."""
        return first + timedelta(days=self.number(0, max(0, (last - first).days)))
