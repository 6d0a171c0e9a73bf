"""How long a cancellation gives money back."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.parties.models import Hub
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import SubscriptionFacts


class WindowState(StrEnum):
    """Where the window of the running term stands."""

    OPEN = "open"
    CLOSED = "closed"
    ALWAYS = "always"
    NEVER = "never"
    FREE = "free"
    """A trial or grace days cost nothing, so there is nothing to give back."""


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """`closes_at` is the instant from which a cancellation gives nothing back; None where none is set."""

    state: WindowState
    closes_at: datetime | None

    @property
    def gives_back(self) -> bool:
        """Whether a cancellation today gives unused days back."""
        return self.state in (WindowState.OPEN, WindowState.ALWAYS)


def free_window(*, facts: SubscriptionFacts, today: date) -> FreeWindow:
    """Say until when a cancellation gives unused days back in the running term.

    A day counts in the calendar of the hub's zone (decision 12); `subscriptions.rules.refund_is_given` decides.
    """
    plan, start = facts.plan, facts.dates.term_start
    if facts.status is not Status.ACTIVE:
        return FreeWindow(WindowState.FREE, None)
    if plan.refund is not RefundPolicy.PRORATED or plan.refund_days == 0:
        return FreeWindow(WindowState.NEVER, None)
    if plan.refund_days is None:
        return FreeWindow(WindowState.ALWAYS, None)
    first = start or facts.dates.period_start or today
    closes_on = first + timedelta(days=plan.refund_days)
    zone = ZoneInfo(Hub.objects.values_list("timezone", flat=True).first() or "UTC")
    state = WindowState.OPEN if today < closes_on else WindowState.CLOSED
    return FreeWindow(state, datetime.combine(closes_on, time(), tzinfo=zone))
