"""When a connector rests by itself and when it is tried again; pure.

A vendor that answers nothing usable many times in a row is left alone for a while, so that it can recover and no
operation uses its attempts up. Then one call tries: if the vendor answers, everything goes on, else it rests longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrepot.domain.provisioning.kinds import ErrorClass
from entrepot.domain.provisioning.results import Outcome, Refused, Unknown
from entrepot.domain.provisioning.rules import RETRIED, Pace, wait_seconds

_VENDORS_FAULT = RETRIED | {ErrorClass.NOT_AUTHORISED}
REASON_LENGTH_MAX = 200
_COUNTED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Health:
    """How a connector does: failed calls since the last answer, and while it rests by itself until when and how often.

    `rests` counts the rests without an answer in between; 0 while it works.
    """

    failures: int = 0
    rests: int = 0
    rests_until: datetime | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it rests or is being tried."""
        return self.rests > 0


def is_failure(outcome: Outcome) -> bool:
    """Tell whether a vendor gave no usable answer; a refusal of the order itself is one."""
    if isinstance(outcome, Refused):
        return outcome.error_class in _VENDORS_FAULT
    return isinstance(outcome, Unknown)


def after(
    health: Health, calls: Sequence[tuple[Outcome, bool]], *, now: datetime, pace: Pace
) -> Health:
    """Say how a connector does after calls, in the order of answers; each says whether it was the try after a rest."""
    for outcome, is_try in calls:
        health = _after_one(health, outcome, is_try=is_try, now=now, pace=pace)
    return health


def _after_one(
    health: Health, outcome: Outcome, *, is_try: bool, now: datetime, pace: Pace
) -> Health:
    if not is_failure(outcome):
        return Health()
    if health.is_open and not is_try:
        # It was under way when the rest began and says nothing new.
        return health
    failures = min(health.failures + 1, _COUNTED_MAX)
    reason = getattr(outcome, "text", "")[:REASON_LENGTH_MAX]
    if failures < pace.failures_max and not health.is_open:
        return Health(failures, reason=reason)
    seconds = wait_seconds(
        first=pace.rest_seconds,
        limit=pace.rest_seconds_max,
        round_number=health.rests,
        spread=0.0,
    )
    rests = min(health.rests + 1, _COUNTED_MAX)
    return Health(failures, rests, now + timedelta(seconds=seconds), reason)
