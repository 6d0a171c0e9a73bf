"""When a subscription is due next, and what a cancellation gives back; pure. Source: docs/billing.md section 2."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.kernel.periods import period_end

USUAL_EXPIRY_DAYS = (30, 7, 1)
USUAL_RENEWAL_DAYS = (30,)
"""So many days before an end its customer is told of it, unless the seller chose others."""
USAGE_SHARES = (80, 100)
"""At so many per cent of the included units of a period its customer is told (docs/decisions/0022)."""
NOTICES_MAX = 5
NOTICE_DAYS_MAX = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDates:
    """The dates of `sub_billing` that decide when something happens next."""

    status: Status
    period_start: date | None = None
    period_end: date | None = None
    term_end: date | None = None
    trial_end: date | None = None
    grace_end: date | None = None
    cancel_on: date | None = None
    next_change_on: date | None = None


def due_on(dates: BillingDates) -> date | None:
    """Give the next day on which billing has something to do, None when nothing can happen any more.

    The smallest of the dates that apply in the status; a change or a cancellation before the running
    period counts as its first day. The SQL twin is `sql/advance.sql`; a test compares the two.
    """
    if dates.status not in RUNNING:
        return None
    cancel_on = _not_before(dates.period_start, dates.cancel_on)
    change_on = _not_before(dates.period_start, dates.next_change_on)
    own: tuple[date | None, ...]
    if dates.status is Status.TRIAL:
        own = (dates.trial_end, change_on)
    elif dates.status is Status.ACTIVE:
        own = (dates.period_end, dates.term_end, change_on)
    else:
        own = (dates.grace_end,)
    return min((day for day in (*own, cancel_on) if day is not None), default=None)


def due_on_after_change(
    dates: BillingDates, *, before: BillingDates, stored: date | None
) -> date | None:
    """Give `due_on` after a command changed the dates, keeping what the table does not know.

    A stored day earlier than the table's was pulled forward by a usage import; a later one waits for
    the day on which billing resumes after a hold. `before` are the dates that `stored` belongs to.
    """
    usual, was_usual = due_on(dates), due_on(before)
    if usual is None or was_usual is None or stored is None or stored == was_usual:
        return usual
    return min(usual, stored) if stored < was_usual else max(usual, stored)


def due_on_after_release(dates: BillingDates, *, released_on: date) -> date | None:
    """Give `due_on` of a subscription whose billing stood still until it was released before a run.

    `released_on` is the day of that run: what became due meanwhile happens then, and a period that
    ended meanwhile is followed by one that starts then. Source: docs/billing.md section 8.
    """
    usual = due_on(dates)
    return None if usual is None else max(usual, released_on)


def restart_day(
    *, paid_to: date | None, was_cancelled: bool, was_refunded: bool, today: date
) -> date:
    """Give the first day of the term with which something ended goes on: no day is paid twice.

    Days up to `paid_to` are paid when it was cancelled and nothing was given back.
    """
    if was_cancelled and not was_refunded and paid_to is not None:
        return max(today, paid_to)
    return today


def term_end_bounds(
    *, paid_to: date | None, term_end: date, term_months: int, anchor: int, today: date
) -> tuple[date, date]:
    """Give the first and last day on which a running term may be made to end.

    Not before `paid_to`, the end of what is charged already, nor today; at most one whole term from today.
    """
    natural = period_end(today, months=term_months, anchor=anchor).end
    return max(paid_to or today, today + timedelta(days=1)), max(natural, term_end)


class Refund(StrEnum):
    """What a cancellation gives back: nothing, the days that are left, or all of the running period with its fees."""

    NONE = "none"
    PRORATED = "prorated"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a plan period, in days from the first one of a term (section 2.9 of the domain reference).

    Within `full_days` everything is given back, then within `days` (None: always) what is left. In later terms
    `later_full_days` and `later_days` count, None for the same as in the first.
    """

    prorates: bool
    full_days: int = 0
    days: int | None = None
    later_full_days: int | None = None
    later_days: int | None = None

    def of_term(self, *, is_first: bool) -> tuple[int, int | None]:
        """Return the days with a full refund, and those with any, None for always."""
        full, days = self.full_days, self.days
        if not is_first:
            full = full if self.later_full_days is None else self.later_full_days
            days = days if self.later_days is None else self.later_days
        return full, days


@dataclass(frozen=True, slots=True)
class RunningTerm:
    """A term from `start` to `end` (None or the same day: not begun yet), which others follow as renewals make them."""

    start: date
    end: date | None
    months: int
    anchor: int
    is_first: bool = True

    def around(self, day: date) -> tuple[date, date, bool]:
        """Return first day, end and whether it is the first one of the term in which a day lies.

        Days before it are in the running one.
        """
        start, is_first = self.start, self.is_first
        end = self.end if self.end is not None and self.end > start else None
        while True:
            end = end or period_end(start, months=self.months, anchor=self.anchor).natural_end
            if day < end:
                return start, end, is_first
            start, end, is_first = end, None, False


def refund_of(windows: Windows, *, term: RunningTerm, cancel_on: date) -> Refund:
    """Say what a cancellation on a day gives back; a day before the term counts as its first."""
    start, _, is_first = term.around(cancel_on)
    full, days = windows.of_term(is_first=is_first)
    passed = (max(cancel_on, start) - start).days
    if passed < full:
        return Refund.FULL
    return Refund.PRORATED if windows.prorates and (days is None or passed < days) else Refund.NONE


def locked_until(windows: Windows, *, term: RunningTerm, day: date) -> date | None:
    """Give the day until which nothing can be cancelled or reduced, if `day` lies behind the windows of its term.

    The first day of each term is free, as are the days of its windows.
    """
    start, end, is_first = term.around(day)
    full, days = windows.of_term(is_first=is_first)
    if days is None or day <= start or (day - start).days < max(full, days):
        return None
    return end


def search_text(
    *, customer: str, plan: str, number: str, vendor_reference: str, purchase_order: str
) -> str:
    """Give the text that the search box matches, case folded and with single blanks."""
    words = " ".join((customer, plan, number, vendor_reference, purchase_order)).split()
    return " ".join(words).casefold()


def _not_before(start: date | None, day: date | None) -> date | None:
    return day if day is None or start is None else max(day, start)
