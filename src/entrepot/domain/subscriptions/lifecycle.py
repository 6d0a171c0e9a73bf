"""States of a subscription and which follows which; pure."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """The commercial state; holds are two separate bits beside it."""

    ORDERED = "ordered"
    TRIAL = "trial"
    ACTIVE = "active"
    GRACED = "graced"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


class Trigger(StrEnum):
    """What moves a subscription from one state to the next."""

    START_TRIAL = "start_trial"
    ACTIVATE = "activate"
    CANCEL = "cancel"
    END_TERM = "end_term"
    END_GRACE = "end_grace"
    RENEW = "renew"
    DESTROY = "destroy"


NEXT: Mapping[tuple[Status, Trigger], Status] = {
    (Status.ORDERED, Trigger.START_TRIAL): Status.TRIAL,
    (Status.ORDERED, Trigger.ACTIVATE): Status.ACTIVE,
    (Status.ORDERED, Trigger.CANCEL): Status.CANCELLED,
    (Status.TRIAL, Trigger.ACTIVATE): Status.ACTIVE,
    (Status.TRIAL, Trigger.CANCEL): Status.CANCELLED,
    (Status.TRIAL, Trigger.END_TERM): Status.EXPIRED,
    (Status.ACTIVE, Trigger.CANCEL): Status.CANCELLED,
    (Status.ACTIVE, Trigger.END_TERM): Status.GRACED,
    (Status.GRACED, Trigger.RENEW): Status.ACTIVE,
    (Status.GRACED, Trigger.CANCEL): Status.CANCELLED,
    (Status.GRACED, Trigger.END_GRACE): Status.EXPIRED,
    (Status.EXPIRED, Trigger.RENEW): Status.ACTIVE,
    (Status.EXPIRED, Trigger.DESTROY): Status.TERMINATED,
    (Status.CANCELLED, Trigger.RENEW): Status.ACTIVE,
    (Status.CANCELLED, Trigger.DESTROY): Status.TERMINATED,
}

RUNNING = frozenset({Status.TRIAL, Status.ACTIVE, Status.GRACED})
"""States in which the customer can use the service while no hold is put."""


def allowed(status: Status) -> frozenset[Trigger]:
    """Return the triggers that are legal in a state."""
    return frozenset(trigger for (state, trigger) in NEXT if state is status)
