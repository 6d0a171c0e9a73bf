"""States of an assigned service; pure."""

from enum import StrEnum


class SeatState(StrEnum):
    """Where the unit of a person stands. Each of these states uses a unit up.

    `ASSIGNING` and `RELEASING` wait for the vendor. `FAILED` is not at the vendor, and `STUCK` still is; both wait for
    somebody to try again.
    """

    ASSIGNING = "assigning"
    ASSIGNED = "assigned"
    FAILED = "failed"
    RELEASING = "releasing"
    STUCK = "stuck"
