"""The part that all commands share: lock, check, set due_on, write history and audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Min

from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.catalog.models import PlanPeriod
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountStatus
from entrepot.domain.subscriptions.commands.history import Note, note_all
from entrepot.domain.subscriptions.errors import (
    OrderRefused,
    SubscriptionConflict,
    SubscriptionInput,
    TransitionRefused,
)
from entrepot.domain.subscriptions.events import SubscriptionChanged
from entrepot.domain.subscriptions.lifecycle import RUNNING, Status
from entrepot.domain.subscriptions.models import (
    QuantityChange,
    SubBilling,
    Subscription,
    Term,
)
from entrepot.domain.subscriptions.rules import (
    BillingDates,
    RunningTerm,
    Windows,
    due_on_after_change,
    due_on_after_release,
    locked_until,
)
from entrepot.domain.subscriptions.spoken import SPOKEN
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement
from entrepot.kernel.events import bus
from entrepot.kernel.ids import IdKind

YEAR_MIN, YEAR_MAX = 2000, 2199


# Nothing is different yet from what its order wants.
_BEGINNINGS = frozenset({"ordered", "activated"})


@dataclass(frozen=True, slots=True)
class Locked:
    """A subscription whose billing state nobody else can move until the transaction ends."""

    wide: Subscription
    billing: SubBilling
    before: BillingDates
    stored_due_on: date | None

    @property
    def number(self) -> str:
        """The identifier that people read."""
        return f"{IdKind.SUBSCRIPTION.value}-{self.wide.id}"

    @property
    def is_stopped(self) -> bool:
        """Whether a hold that is not billed keeps billing from going on."""
        return self.billing.status in RUNNING and self.billing.due_on is None


def lock(*, subscription_id: int, expected_version: int | None = None) -> Locked:
    """Lock the billing state, then read the subscription; call it first in the transaction.

    Raises: NoSuchObject; SubscriptionConflict `subscription_changed_meanwhile` unless
    `sub_billing.version` is the expected one.
    """
    number = f"{IdKind.SUBSCRIPTION.value}-{subscription_id}"
    billing = SubBilling.objects.select_for_update().filter(pk=subscription_id).first()
    if billing is None:
        raise NoSuchObject(object=number)
    if expected_version is not None and billing.version != expected_version:
        raise SubscriptionConflict(
            "subscription_changed_meanwhile",
            "{object} was changed by somebody else or by the billing run meanwhile.",
            object=number,
            next_step="Look at it again and repeat what is still wanted.",
        )
    wide = Subscription.objects.select_for_update().get(pk=subscription_id)
    return Locked(wide, billing, before=dates_of(billing), stored_due_on=billing.due_on)


def require_version(*, subscription_id: int, expected_version: int) -> None:
    """Lock the billing state and refuse unless it stands as a page has shown it.

    For callers that look before they act, so that what they saw cannot move. Raises: as `lock`.
    """
    lock(subscription_id=subscription_id, expected_version=expected_version)


def require_status(held: Locked, *wanted: Status) -> None:
    """Refuse unless the subscription is in one of the states. Raises: TransitionRefused."""
    status = Status(held.billing.status)
    if status not in wanted:
        raise TransitionRefused(
            "subscription_not_running",
            "{object} is {status}; this is not possible any more.",
            object=held.number,
            next_step="Order a new subscription.",
            status=SPOKEN[status],
        )


def require_may_order(*, customer_path: str) -> None:
    """Refuse orders while the customer or a seller above it is on hold or not active.

    A credit hold also blocks cancellations (decision 8 of the domain reference). Raises: OrderRefused.
    """
    ids = [int(part) for part in customer_path.split(".") if part]
    read = statement("entrepot.domain.subscriptions", "accounts_on_path")
    for account_id, is_held, status in prepared_rows(read, account_ids=ids):
        number = f"{IdKind.ACCOUNT.value}-{account_id}"
        if is_held:
            raise OrderRefused(
                "account_on_hold",
                "{object} is on hold, so nothing can be ordered or cancelled.",
                object=number,
                next_step="Release the hold, or pay what is overdue.",
            )
        if status != AccountStatus.ACTIVE:
            raise OrderRefused(
                "account_not_active",
                "{object} is {status}, so nothing can be ordered.",
                object=number,
                next_step="Activate the account first.",
                status=status,
            )


def require_term(held: Locked) -> date:
    """Give the end of the running term, refuse while none has begun. Raises: TransitionRefused `term_not_begun`."""
    billing = held.billing
    if billing.term_end is None or billing.period_start == billing.period_end:
        raise TransitionRefused(
            "term_not_begun",
            "The term of {object} has not begun yet.",
            object=held.number,
            next_step="Wait for the billing of its first day.",
        )
    return billing.term_end


def windows_of(held: Locked) -> Windows:
    """Read the windows of the plan period."""
    period = PlanPeriod.objects.get(pk=held.billing.plan_period_id)
    return Windows(
        prorates=period.refund is RefundPolicy.PRORATED,
        full_days=period.full_refund_days,
        days=period.refund_days,
        later_full_days=period.later_full_refund_days,
        later_days=period.later_refund_days,
    )


def running_term(held: Locked, start: date) -> RunningTerm:
    """Describe the running term, which began on `start`."""
    billing = held.billing
    return RunningTerm(
        start=start,
        end=billing.term_end,
        months=billing.term_months,
        anchor=billing.anchor_day,
        is_first=not Term.objects.filter(
            subscription_id=held.wide.id, starts_on__lt=start
        ).exists(),
    )


def require_open_window(held: Locked, day: date) -> None:
    """Refuse to end or reduce what its plan locks on a day, until the next term. Raises: TransitionRefused."""
    billing, start = held.billing, held.wide.term_start
    if billing.status is not Status.ACTIVE or start is None:
        return
    if not PlanPeriod.objects.filter(pk=billing.plan_period_id, locks_after_window=True).exists():
        return
    until = locked_until(windows_of(held), term=running_term(held, start), day=day)
    if until is not None:
        raise TransitionRefused(
            "window_closed",
            "{object} can be cancelled or reduced again as of {day}, with its next term.",
            object=held.number,
            next_step="Choose that day.",
            day=until,
        )


def require_day(day: date, *, field: str) -> None:
    """Refuse days far outside anybody's calendar, such as the year 1 or 9999. Raises: SubscriptionInput."""
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise SubscriptionInput(
            "subscription_date_out_of_bounds",
            "{day} is not in the years {first} to {last}.",
            field=field,
            next_step="Check the year.",
            day=day,
            first=YEAR_MIN,
            last=YEAR_MAX,
        )


def dates_of(billing: SubBilling) -> BillingDates:
    """Give the dates of the row as the pure rules take them."""
    return BillingDates(
        status=Status(billing.status),
        period_start=billing.period_start,
        period_end=billing.period_end,
        term_end=billing.term_end,
        trial_end=billing.trial_end,
        grace_end=billing.grace_end,
        cancel_on=billing.cancel_on,
        next_change_on=billing.next_change_on,
    )


def store(
    held: Locked, *, wide: Mapping[str, Any] | None = None, resumes_on: date | None = None
) -> None:
    """Write the billing state with its new `due_on`, raise the versions, and set fields of the wide row.

    `due_on` stays empty while a hold stops billing, until a release says on which day it resumes.
    """
    billing = held.billing
    if held.is_stopped and resumes_on is not None:
        billing.due_on = due_on_after_release(dates_of(billing), released_on=resumes_on)
    elif billing.status in RUNNING and not held.is_stopped:
        billing.due_on = due_on_after_change(
            dates_of(billing), before=held.before, stored=held.stored_due_on
        )
    billing.version += 1
    billing.save(force_update=True)
    values = {**(wide or {}), "version": held.wide.version + 1}
    Subscription.objects.filter(pk=held.wide.pk).update(**values)


def next_change_on(*, subscription_id: int) -> date | None:
    """Find the earliest day on which an open quantity change takes effect."""
    waiting = QuantityChange.objects.filter(
        subscription_id=subscription_id, applied_on=None, withdrawn_at=None
    )
    found: date | None = waiting.aggregate(first=Min("effective_on"))["first"]
    return found


def named(**texts: str) -> dict[str, str]:
    """Give what a line of the history names, such as the number of an order; empty texts are left out."""
    return {name: text for name, text in texts.items() if text}


def note(
    wide: Subscription,
    *,
    kind: str,
    on_day: date,
    actor: Actor,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one line of the subscription's history and one audit entry, and tell the others of a change."""
    label = f"{wide.customer_name}: {wide.plan_name}"
    line = Note(wide.id, wide.tenant_id, label, kind, before or {}, after or {}, reason)
    note_all(notes=[line], on_day=on_day, actor=actor, now=now)
    if kind not in _BEGINNINGS:
        bus.publish(SubscriptionChanged(wide.id, wide.tenant_id, kind, at=now))
