"""Facts that billing publishes; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class DayCompleted:
    """The run of a day is done and proved; published after its last transaction."""

    day: date
    at: datetime
