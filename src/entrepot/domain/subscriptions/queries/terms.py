"""Where the term of a subscription may be made to end, and where the customer's other terms end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min

from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.queries.facts import SubscriptionFacts
from entrepot.domain.subscriptions.rules import term_end_bounds

TERM_ENDS_MAX = 20


@dataclass(frozen=True, slots=True)
class OtherEnd:
    """A day on which other running terms of the customer end; `plan_name` is one of the `count` plans."""

    ends_on: date
    count: int
    plan_name: str


def movable_between(*, facts: SubscriptionFacts, today: date) -> tuple[date, date] | None:
    """Give the first and last day on which the running term may end, None where it cannot be moved.

    The rule is that of `commands.move_term_end`, which decides.
    """
    dates, plan = facts.dates, facts.plan
    if facts.status is not Status.ACTIVE or dates.term_end is None:
        return None
    if dates.period_start == dates.period_end:
        return None
    first, last = term_end_bounds(
        paid_to=dates.period_end,
        term_end=dates.term_end,
        term_months=plan.term_months,
        anchor=dates.anchor_day,
        today=today,
    )
    return (first, last) if first < last else None


def other_term_ends(
    viewer: Viewer, *, facts: SubscriptionFacts, between: tuple[date, date]
) -> Sequence[OtherEnd]:
    """List the ends of the customer's other running terms within two days, the most shared first; at most 20.

    Only subscriptions that the viewer sees; not the day on which this one ends already.
    """
    rows = (
        access.visible(viewer, Subscription)
        .filter(customer_id=facts.customer_id, status=Status.ACTIVE, term_end__range=between)
        .exclude(pk=facts.id)
        .exclude(term_end=facts.dates.term_end)
        .values("term_end")
        .annotate(many=Count("id"), plan_named=Min("plan_name"))
        .order_by("-many", "term_end")[:TERM_ENDS_MAX]
    )
    return [
        OtherEnd(row["term_end"], row["many"], row["plan_named"]) for row in rows if row["term_end"]
    ]
