"""States of an operation and which follows which; pure.

A final state is never left. News of a vendor (`ACCEPTED`, `SUCCEEDED`, `FAILED`) never leads back: only our own
look at the vendor (`NOT_DONE`) sends something again.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where an operation stands."""

    INTENT = "intent"
    SENDING = "sending"
    UNKNOWN = "unknown"
    RETRYING = "retrying"
    PENDING = "pending"
    CLEANING = "cleaning"
    WITHDRAWN = "withdrawn"
    PARKED = "parked"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    """What moves an operation."""

    CLAIMED = "claimed"
    LOST = "lost"
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    FAILED_DIRTY = "failed_dirty"
    CLEANED = "cleaned"
    NOT_DONE = "not_done"
    GIVE_UP = "give_up"
    WITHDRAW = "withdraw"
    RESUBMIT = "resubmit"
    ASK_AGAIN = "ask_again"
    DONE_BY_HAND = "done_by_hand"
    FAILED_BY_HAND = "failed_by_hand"


_WAITING = (State.INTENT, State.RETRYING)
_OUT = (State.SENDING, State.UNKNOWN, State.PENDING)

NEXT: Mapping[tuple[State, Trigger], State] = {
    **{(state, Trigger.CLAIMED): State.SENDING for state in _WAITING},
    (State.SENDING, Trigger.LOST): State.UNKNOWN,
    (State.UNKNOWN, Trigger.LOST): State.UNKNOWN,
    (State.PENDING, Trigger.LOST): State.PENDING,
    (State.CLEANING, Trigger.LOST): State.CLEANING,
    (State.WITHDRAWN, Trigger.LOST): State.WITHDRAWN,
    # A call-back may overtake our own knowledge of what was sent.
    **{(state, Trigger.ACCEPTED): State.PENDING for state in (*_WAITING, *_OUT)},
    (State.CLEANING, Trigger.ACCEPTED): State.CLEANING,
    (State.WITHDRAWN, Trigger.ACCEPTED): State.WITHDRAWN,
    **{(state, Trigger.SUCCEEDED): State.SUCCEEDED for state in (*_WAITING, *_OUT, State.PARKED)},
    (State.WITHDRAWN, Trigger.SUCCEEDED): State.CANCELLED,
    **{(state, Trigger.FAILED): State.PARKED for state in (*_WAITING, *_OUT)},
    (State.WITHDRAWN, Trigger.FAILED): State.CANCELLED,
    **{(state, Trigger.FAILED_DIRTY): State.CLEANING for state in _OUT},
    (State.WITHDRAWN, Trigger.FAILED_DIRTY): State.CANCELLED,
    (State.CLEANING, Trigger.CLEANED): State.PARKED,
    (State.CLEANING, Trigger.GIVE_UP): State.PARKED,
    **{(state, Trigger.NOT_DONE): State.RETRYING for state in _OUT},
    (State.WITHDRAWN, Trigger.NOT_DONE): State.CANCELLED,
    **{(state, Trigger.GIVE_UP): State.PARKED for state in _OUT},
    (State.WITHDRAWN, Trigger.GIVE_UP): State.CANCELLED,
    **{(state, Trigger.WITHDRAW): State.CANCELLED for state in _WAITING},
    **{(state, Trigger.WITHDRAW): State.WITHDRAWN for state in (*_OUT, State.PARKED)},
    (State.PARKED, Trigger.RESUBMIT): State.RETRYING,
    (State.PARKED, Trigger.ASK_AGAIN): State.UNKNOWN,
    (State.PARKED, Trigger.DONE_BY_HAND): State.SUCCEEDED,
    (State.PARKED, Trigger.FAILED_BY_HAND): State.FAILED,
}

FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})
OPEN = frozenset(State) - FINAL
# Nothing happens before the next try or look, so that a person may ask for it at once.
WAITS = frozenset({State.UNKNOWN, State.RETRYING, State.PENDING, State.CLEANING, State.WITHDRAWN})
# What a vendor's message can cause, however late, twice or out of order it comes.
VENDOR_NEWS = frozenset({Trigger.ACCEPTED, Trigger.SUCCEEDED, Trigger.FAILED})


def following(state: State, trigger: Trigger) -> State | None:
    """Return the state after a trigger, or None when it has no effect in that state."""
    return NEXT.get((state, trigger))


def allowed(state: State) -> frozenset[Trigger]:
    """Return the triggers that are legal in a state."""
    return frozenset(trigger for (known, trigger) in NEXT if known is state)
