"""Terms that people move: a running term ends with another one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions import commands, queries
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.flows.effects import Effect, term_end_effect
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.errors import BadInput
from entrepot.kernel.ids import IdKind, format_id
from entrepot.kernel.periods import boundary

COMPARED_MAX = 5
_OTHERS_COMPARED = 2


class TermInput(BadInput):
    """A day on which a term cannot be made to end."""

    codes = frozenset({"term_end_unchanged"})


class Origin(StrEnum):
    """Why a day is offered as the end of a term."""

    OTHERS = "others"
    MONTH = "month"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class EndChoice:
    """A day on which a term may be made to end.

    `count` other terms end then, one of them of `plan_name`; 0 and empty for the other origins.
    """

    ends_on: date
    origin: Origin
    count: int = 0
    plan_name: str = ""


def end_choices(viewer: Viewer, *, facts: SubscriptionFacts, today: date) -> Sequence[EndChoice]:
    """Offer the ends of the customer's other terms, then the ends of calendar months; none where no term can be moved.

    The end of a month is the first day of the next one: ends are exclusive.
    """
    between = queries.movable_between(facts=facts, today=today)
    if between is None:
        return ()
    others = [
        EndChoice(one.ends_on, Origin.OTHERS, one.count, one.plan_name)
        for one in queries.other_term_ends(viewer, facts=facts, between=between)
    ]
    known = {one.ends_on for one in others} | {facts.dates.term_end}
    months = [EndChoice(day, Origin.MONTH) for day in _month_ends(*between) if day not in known]
    return (*others, *months)


def compared(
    choices: Sequence[EndChoice], *, chosen: date | None, current: date | None
) -> Sequence[EndChoice]:
    """Pick at most five choices to compare, by day: the chosen one, shared ends, the months next to the current end."""
    picked = [one for one in choices if one.ends_on == chosen]
    if chosen is not None and not picked:
        picked = [EndChoice(chosen, Origin.OWN)]
    rest = [one for one in choices if one.ends_on != chosen]
    picked += [one for one in rest if one.origin is Origin.OTHERS][:_OTHERS_COMPARED]
    months = [one for one in rest if one.origin is Origin.MONTH]
    if current is not None:
        months.sort(key=lambda one: abs((one.ends_on - current).days))
    picked += months[: COMPARED_MAX - len(picked)]
    return sorted(picked, key=lambda one: one.ends_on)


def preview_end(
    *, facts: SubscriptionFacts, ends_on: date, actor: Actor, now: datetime, today: date
) -> Effect:
    """Show what `move_end` would do; nothing is written. Raises: as it does."""
    _require_other(facts, ends_on)
    return term_end_effect(facts=facts, ends_on=ends_on, actor=actor, now=now, today=today)


def move_end(
    *,
    facts: SubscriptionFacts,
    ends_on: date,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Let the running term end on another day.

    Raises: TermInput `term_end_unchanged`; as `commands.move_term_end`.
    """
    _require_other(facts, ends_on)
    commands.move_term_end(
        subscription_id=facts.id,
        ends_on=ends_on,
        actor=actor,
        now=now,
        today=today,
        expected_version=expected_version,
    )


def _require_other(facts: SubscriptionFacts, ends_on: date) -> None:
    if ends_on == facts.dates.term_end:
        raise TermInput(
            "term_end_unchanged",
            "The term of {object} ends on {day} already.",
            object=format_id(kind=IdKind.SUBSCRIPTION, number=facts.id),
            field="ends_on",
            next_step="Choose another day.",
            day=ends_on,
        )


def _month_ends(first: date, last: date) -> Iterator[date]:
    """Give the first days of months between two days."""
    day = first if first.day == 1 else boundary(first, months=1, anchor=1)
    while day <= last:
        yield day
        day = boundary(day, months=1, anchor=1)
