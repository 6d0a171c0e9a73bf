"""The seven levels of urgency and their weights; pure."""

from collections.abc import Mapping
from enum import StrEnum


class Level(StrEnum):
    """How urgent a task or an event handler is, the least urgent first."""

    IDLE = "idle"
    VERY_LOW = "very_low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    VERY_HIGH = "very_high"
    REALTIME = "realtime"


WEIGHTS: Mapping[Level, int] = {
    Level.IDLE: 1,
    Level.VERY_LOW: 2,
    Level.LOW: 4,
    Level.NORMAL: 8,
    Level.HIGH: 16,
    Level.VERY_HIGH: 32,
}
"""Realtime has none: it is always first."""

# A beginning moves a level on by this over its weight: whole numbers for all weights.
TURN = max(WEIGHTS.values())
