"""What follows from an answer: the trigger, when to look again, when to stop; pure.

Three counts bound an operation: `attempts` (sendings), `polls` (looks in its present state) and `give_up_at`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from entrepot.domain.provisioning.kinds import Action, ErrorClass, Purpose
from entrepot.domain.provisioning.lifecycle import State, Trigger
from entrepot.domain.provisioning.results import (
    TEXT_LENGTH_MAX,
    Absent,
    Accepted,
    Done,
    Outcome,
    Refused,
    Unknown,
)

RETRIED = frozenset({ErrorClass.UNREACHABLE, ErrorClass.BUSY, ErrorClass.TEMPORARY})
"""Classes that may pass without anybody doing anything. The others are parked at once."""

PURPOSES: Mapping[State, Purpose] = MappingProxyType(
    {
        State.SENDING: Purpose.SEND,
        State.PENDING: Purpose.POLL,
        State.UNKNOWN: Purpose.ASK,
        State.WITHDRAWN: Purpose.ASK,
        State.CLEANING: Purpose.CLEAN,
    }
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Delays in seconds and bounds; each wait doubles up to its maximum. Tests use a faster one.

    `failures_max` failed calls of a connector in a row let it rest (`breaker.py`); one operation alone is parked
    before it has as many.
    """

    retry_seconds: float = 5.0
    retry_seconds_max: float = 900.0
    ask_seconds: float = 2.0
    ask_seconds_max: float = 300.0
    poll_seconds: float = 2.0
    poll_seconds_max: float = 60.0
    attempts_max: int = 8
    asks_max: int = 12
    give_up_seconds: float = 86_400.0
    lease_seconds: float = 60.0
    failures_max: int = 15
    rest_seconds: float = 30.0
    rest_seconds_max: float = 900.0


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the decision needs of an operation.

    `key_spread` is from 0 to 1 and spreads the waits of many operations that began at the same moment.
    """

    state: State
    action: Action
    attempts: int
    polls: int
    give_up_at: datetime | None
    key_spread: float
    can_clean: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What to write: the trigger and the next look; `due_at` None when nothing is due.

    `is_effect_known` is False when the operation stops while nobody knows what the vendor did.
    """

    trigger: Trigger
    due_at: datetime | None = None
    error_class: ErrorClass | None = None
    text: str = ""
    reference: str = ""
    vendor_id: str = ""
    is_effect_known: bool = True
    failed: Mapping[str, str] = field(default_factory=dict)


def decide(*, standing: Standing, outcome: Outcome, now: datetime, pace: Pace = PACE) -> Step:
    """Return what follows from an answer to a sending, a poll, a question or a cleaning."""
    if standing.state is State.CLEANING:
        return _after_cleaning(standing, outcome, now, pace)
    match outcome:
        case Done():
            return Step(Trigger.SUCCEEDED, vendor_id=outcome.vendor_id, failed=outcome.failed)
        case Accepted():
            return _after_accepted(standing, outcome, now, pace)
        case Refused():
            return _after_refusal(standing, outcome, now, pace)
        case Absent():
            return _again(standing, ErrorClass.TEMPORARY, outcome.text, 0.0, now, pace)
        case Unknown():
            return _after_unknown(standing, outcome, now, pace)


def wait_seconds(*, first: float, limit: float, round_number: int, spread: float) -> float:
    """Return a wait that doubles with each round up to the limit, with up to a fifth more by `spread`."""
    return min(limit, first * float(2 ** min(round_number, 30))) * (1.0 + spread / 5)


def _later(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def _poll_due(standing: Standing, wish: float | None, now: datetime, pace: Pace) -> datetime:
    own = wait_seconds(
        first=pace.poll_seconds,
        limit=pace.poll_seconds_max,
        round_number=standing.polls,
        spread=standing.key_spread,
    )
    # A vendor's wish counts, but cannot put an operation to sleep for days.
    return _later(now, own if wish is None else min(max(wish, 0.0), 3_600.0))


def _is_late(standing: Standing, now: datetime) -> bool:
    return standing.give_up_at is not None and now >= standing.give_up_at


def _after_accepted(standing: Standing, outcome: Accepted, now: datetime, pace: Pace) -> Step:
    if _is_late(standing, now):
        return _stop(ErrorClass.TOO_LONG, "The vendor did not finish in time.", is_known=False)
    return Step(
        Trigger.ACCEPTED,
        due_at=_poll_due(standing, outcome.poll_after_seconds, now, pace),
        reference=outcome.reference,
    )


def _after_refusal(standing: Standing, outcome: Refused, now: datetime, pace: Pace) -> Step:
    looks = standing.state in {State.PENDING, State.UNKNOWN, State.WITHDRAWN}
    if looks and outcome.error_class is not ErrorClass.VENDOR_FAILED:
        # The question was refused; what was asked about stays as unknown as before.
        return _after_unknown(standing, Unknown(outcome.text), now, pace)
    if outcome.error_class in RETRIED:
        wish = outcome.retry_after_seconds
        own = _retry_wait(standing, pace)
        return _again(
            standing,
            outcome.error_class,
            outcome.text,
            max(own, min(wish or 0.0, 3_600.0)),
            now,
            pace,
        )
    is_dirty = outcome.may_be_left and standing.can_clean and standing.action is Action.CREATE
    return Step(
        Trigger.FAILED_DIRTY if is_dirty else Trigger.FAILED,
        due_at=now if is_dirty and standing.state is not State.WITHDRAWN else None,
        error_class=outcome.error_class,
        text=outcome.text[:TEXT_LENGTH_MAX],
    )


def _retry_wait(standing: Standing, pace: Pace) -> float:
    return wait_seconds(
        first=pace.retry_seconds,
        limit=pace.retry_seconds_max,
        round_number=max(standing.attempts - 1, 0),
        spread=standing.key_spread,
    )


def _again(
    standing: Standing,
    error_class: ErrorClass,
    text: str,
    wait: float,
    now: datetime,
    pace: Pace,
) -> Step:
    """Send again later, unless it was sent often enough; there is no effect now."""
    if standing.attempts >= pace.attempts_max and standing.state is not State.WITHDRAWN:
        return _stop(error_class, text, is_known=True)
    due_at = None if standing.state is State.WITHDRAWN else _later(now, wait)
    return Step(Trigger.NOT_DONE, due_at, error_class, text[:TEXT_LENGTH_MAX])


def _after_unknown(standing: Standing, outcome: Unknown, now: datetime, pace: Pace) -> Step:
    if standing.state is State.PENDING:
        # The vendor has accepted it: a bad answer to a poll says nothing, only time ends the polling.
        if _is_late(standing, now):
            return _stop(ErrorClass.TOO_LONG, outcome.text, is_known=False)
        due_at = _poll_due(standing, None, now, pace)
        return Step(Trigger.LOST, due_at, ErrorClass.NO_ANSWER, outcome.text[:TEXT_LENGTH_MAX])
    if standing.polls >= pace.asks_max or _is_late(standing, now):
        is_dirty = standing.can_clean and standing.action is Action.CREATE
        if is_dirty and standing.state is State.UNKNOWN:
            return Step(
                Trigger.FAILED_DIRTY, now, ErrorClass.NO_ANSWER, outcome.text[:TEXT_LENGTH_MAX]
            )
        return _stop(ErrorClass.NO_ANSWER, outcome.text, is_known=False)
    wait = wait_seconds(
        first=pace.ask_seconds,
        limit=pace.ask_seconds_max,
        round_number=standing.polls,
        spread=standing.key_spread,
    )
    due_at = _later(now, wait)
    return Step(Trigger.LOST, due_at, ErrorClass.NO_ANSWER, outcome.text[:TEXT_LENGTH_MAX])


def _after_cleaning(standing: Standing, outcome: Outcome, now: datetime, pace: Pace) -> Step:
    """Keep deleting until the vendor says that nothing is left, or the bound is reached."""
    if isinstance(outcome, Done | Absent):
        return Step(Trigger.CLEANED)
    if standing.polls >= pace.asks_max:
        text = "The vendor did not confirm that nothing is left."
        return _stop(ErrorClass.NO_ANSWER, text, is_known=False)
    if isinstance(outcome, Accepted):
        due_at = _poll_due(standing, outcome.poll_after_seconds, now, pace)
        return Step(Trigger.ACCEPTED, due_at)
    return Step(Trigger.LOST, _poll_due(standing, None, now, pace))


def _stop(error_class: ErrorClass, text: str, *, is_known: bool) -> Step:
    return Step(
        Trigger.GIVE_UP,
        error_class=error_class,
        text=text[:TEXT_LENGTH_MAX],
        is_effect_known=is_known,
    )
