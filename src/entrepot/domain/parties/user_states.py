"""The states of people: one rule, as a value of rows and therefore also as a condition of lists.

Ready, locked, not activated, disabled (section 1.4 of the domain reference). Locked is a person at whose name somebody
typed so many wrong passwords, or wrong second factors after the right password, from one network that this network
has to wait. Other networks do not: a stranger shuts nobody else out.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from entrepot.domain.parties.kinds import SignInOutcome, UserState
from entrepot.domain.parties.models import SignIn

LOCK_ATTEMPTS = 5
LOCK_WINDOW = timedelta(minutes=15)
"""The same as ACCOUNT_RATE_LIMITS of the settings, which do the locking; passwords and second factors count apart."""

_FORGIVEN_BY = {
    SignInOutcome.WRONG: SignInOutcome.DONE,
    SignInOutcome.FACTOR_WRONG: SignInOutcome.FACTOR_PASSED,
}


def state_of(*, now: datetime, person: str = "") -> Case:
    """Give the expression of a person's state; `person` is the path to the person of a row, such as "user__"."""
    whens: list[tuple[dict[str, Any], UserState]] = [
        ({f"{person}is_active": False}, UserState.DISABLED),
        ({f"{person}awaits_activation": True}, UserState.NOT_ACTIVATED),
        ({f"{person}id__in": locked_people(now=now)}, UserState.LOCKED),
    ]
    return Case(
        *(When(**condition, then=Value(state.value)) for condition, state in whens),
        default=Value(UserState.READY.value),
        output_field=CharField(),
    )


def in_state(state: UserState, *, now: datetime, person: str = "") -> Q:
    """Give the same rule for one state as conditions, which the planner can estimate, unlike a value made by cases."""
    active = Q(**{f"{person}is_active": True})
    awaits = Q(**{f"{person}awaits_activation": True})
    locked = Q(**{f"{person}id__in": locked_people(now=now)})
    return {
        UserState.DISABLED: ~active,
        UserState.NOT_ACTIVATED: active & awaits,
        UserState.LOCKED: active & ~awaits & locked,
        UserState.READY: active & ~awaits & ~locked,
    }[state]


def locked_people(*, now: datetime) -> QuerySet[SignIn, int]:
    """Give the ids of people whom at least one network has to wait for."""
    attempts = SignIn.objects.filter(
        outcome__in=list(_FORGIVEN_BY), at__gt=now - LOCK_WINDOW, at__lte=now
    )
    for wrong, right in _FORGIVEN_BY.items():
        later = SignIn.objects.filter(
            user_id=OuterRef("user_id"),
            network=OuterRef("network"),
            outcome=right,
            at__gte=OuterRef("at"),
        )
        attempts = attempts.exclude(Q(outcome=wrong) & Exists(later))
    return (
        attempts.values("user_id", "network", "outcome")
        .annotate(attempts=Count("id"))
        .filter(attempts__gte=LOCK_ATTEMPTS)
        .values_list("user_id", flat=True)
    )
