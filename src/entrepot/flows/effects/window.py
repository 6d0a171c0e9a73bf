"""How long a cancellation gives money back."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

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
    """`closes_at` is the instant from which a cancellation gives nothing back; None where none is set.

    Before `full_until` it gives all of the running period back, with its fees.
    """

    state: WindowState
    closes_at: datetime | None
    full_until: datetime | None = None

    @property
    def gives_back(self) -> bool:
        """Whether a cancellation today gives unused days back."""
        return self.state in (WindowState.OPEN, WindowState.ALWAYS)


def free_window(*, facts: SubscriptionFacts, today: date) -> FreeWindow:
    """Say until when a cancellation gives unused days back in the running term.

    A day counts in the calendar of the hub's zone (decision 12); `subscriptions.rules.refund_of` decides.
    """
    if facts.status is not Status.ACTIVE:
        return FreeWindow(WindowState.FREE, None)
    windows = facts.plan.windows
    full, days = windows.of_term(is_first=facts.dates.is_first_term)
    if not windows.prorates:
        days = full
    if days == 0 and full == 0:
        return FreeWindow(WindowState.NEVER, None)
    first = facts.dates.term_start or facts.dates.period_start or today
    zone = ZoneInfo(Hub.objects.values_list("timezone", flat=True).first() or "UTC")
    until = first + timedelta(days=full)
    full_until = datetime.combine(until, time(), tzinfo=zone) if today < until else None
    if days is None:
        return FreeWindow(WindowState.ALWAYS, None, full_until)
    closes_on = first + timedelta(days=max(days, full))
    state = WindowState.OPEN if today < closes_on else WindowState.CLOSED
    return FreeWindow(state, datetime.combine(closes_on, time(), tzinfo=zone), full_until)
