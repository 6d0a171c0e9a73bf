"""Collects acts by day while the script of the demo world is written; pure."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from entrepot.demo.acts import Act
from entrepot.demo.stage import FIRST_DAY, LAST_DAY, SMALL_LAST_DAY

_SATURDAY = 5


@dataclass(slots=True)
class Diary:
    """The acts of each day in the order in which they were written down."""

    small: bool
    days: dict[date, list[Act]] = field(default_factory=dict)
    _numbers: int = 0

    @property
    def last_day(self) -> date:
        """Give the last day of the story."""
        return SMALL_LAST_DAY if self.small else LAST_DAY

    def write(self, day: date, act: Act) -> None:
        """Add an act; one outside the story's days is an error of the script. Raises: ValueError."""
        if not FIRST_DAY <= day <= self.last_day:
            raise ValueError(f"{act} on {day} lies outside the story")
        self.days.setdefault(day, []).append(act)

    def pick(self, full: date, small: date) -> date:
        """Choose the day of an act that both worlds have."""
        return small if self.small else full

    def new_reference(self, *, prefix: str) -> str:
        """Give the next reference of a kind of subscriptions, as a vendor would number them."""
        self._numbers += 1
        return f"{prefix}-{260000 + 37 * self._numbers}"


def working_day(day: date) -> date:
    """Give the day itself, or the Monday after a weekend."""
    ahead = 7 - day.weekday() if day.weekday() >= _SATURDAY else 0
    return day + timedelta(days=ahead)
