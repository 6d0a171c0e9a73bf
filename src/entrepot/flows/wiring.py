"""What reacts to what: the one table from events to subscribers, and from task names to functions.

Subscribers run in the transaction of the command that publishes. What may take its time, or leaves the system, is a
fact of the outbox: its handlers, made with `infra.outbox.handlers.handles`, get it in jobs of their own.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from entrepot.domain.billing.events import DayCompleted
from entrepot.domain.credit.events import CreditHoldMoved, PaymentReceived
from entrepot.domain.identity.commands.arrivals import KEEPER as IDENTITIES
from entrepot.domain.ordering.events import OrdersMoved
from entrepot.domain.parties import leaving
from entrepot.domain.parties.events import (
    AccountChanged,
    AccountHoldMoved,
    ActingBegan,
    PeopleInvited,
    UserChanged,
)
from entrepot.domain.provisioning.events import (
    ProvisioningDone,
    ProvisioningEnded,
    ProvisioningParked,
    ServicesConfirmed,
)
from entrepot.domain.provisioning.queries import has_services
from entrepot.domain.seats.commands import KEEPER
from entrepot.domain.seats.events import ServiceAssigned, ServiceReleased
from entrepot.domain.seats.queries import SEAT_NAMES
from entrepot.domain.subscriptions.events import (
    CancellationOrdered,
    SubscriptionChanged,
    SubscriptionStarted,
)
from entrepot.domain.subscriptions.seats import kept_by
from entrepot.domain.usage.commands import give_up_unfinished
from entrepot.domain.usage.session import MEMORY_LIMIT_MB
from entrepot.domain.usage.totals import StoreSettings
from entrepot.flows import (
    drift_jobs,
    orders,
    price_jobs,
    seat_events,
    seat_jobs,
    subscription_import_jobs,
    user_import,
    vendor_usage,
    vendor_wishes,
)
from entrepot.flows.bill import ChunkProgress, bill, hub_today
from entrepot.flows.billing_jobs import do_compare, do_prove
from entrepot.flows.daily_billing import business_date
from entrepot.flows.day_events import publish_moves
from entrepot.flows.event_types import event_types
from entrepot.flows.home.sales import keep_month_ends
from entrepot.flows.job_actor import actor_of
from entrepot.flows.messages import announcing, posting, telling_sales
from entrepot.flows.order_approvals import TASK as APPROVAL_TASK
from entrepot.flows.order_approvals import do_time_out, watch_approvals
from entrepot.flows.rehearsal import rehearse
from entrepot.flows.retry import retry_quarantined
from entrepot.flows.usage_import import load_usage
from entrepot.infra.outbox import handlers as fact_handlers
from entrepot.infra.outbox.outgoing import put
from entrepot.infra.tasks import events_later, jobs, queue
from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.queue import JobStopped, RunningJob
from entrepot.kernel.events import Bus, bus


def announce_start(event: SubscriptionStarted) -> None:
    """Tell other systems about a new subscription."""
    _announce("subscription_started", event.subscription_id, event, {})


def announce_cancellation(event: CancellationOrdered) -> None:
    """Tell other systems that a subscription will end."""
    facts = {"cancel_on": event.cancel_on.isoformat(), "refunds": event.refunds}
    _announce("cancellation_ordered", event.subscription_id, event, facts)


def announce_payment(event: PaymentReceived) -> None:
    """Tell other systems about money that came in."""
    facts = {"amount": str(event.amount), "transfer": event.transfer_id}
    _announce("payment_received", event.billing_account_id, event, facts)


def announce_hold(event: CreditHoldMoved) -> None:
    """Tell other systems that somebody put or released a credit hold."""
    until = event.until.isoformat() if event.until else None
    _announce(f"credit_{event.act}", event.billing_account_id, event, {"until": until})


def do_bill(job: RunningJob, *, until: str | None = None, workers: int = 1) -> Mapping[str, Any]:
    """Bill the next day or up to a day, as `flows.bill.bill`; days to come only outside production."""

    def show(seen: ChunkProgress) -> None:
        note = f"{seen.day} {seen.step}"
        jobs.progress(job_id=job.id, done=seen.done, total=seen.total, note=note)

    done = bill(
        now=job.now,
        today=hub_today(now=job.now),
        actor_name=f"job {job.id}",
        until=date.fromisoformat(until) if until else None,
        allow_future=not settings.PRODUCTION,
        workers=workers,
        progress=show,
        stop_asked=job.stop_asked,
    )
    if job.stop_asked():
        raise JobStopped
    return {
        "state": done.state,
        "days": [day.result.day.isoformat() for day in done.days],
        "findings": sum(day.findings for day in done.days),
    }


def do_retry(job: RunningJob, *, subscription_ids: list[int] | None = None) -> Mapping[str, Any]:
    """Try quarantined subscriptions again, all or the named ones."""
    results = retry_quarantined(
        actor=actor_of(job), now=job.now, subscription_ids=subscription_ids, progress=job.progress
    )
    left = [one for one in results if one.reason]
    return {"billed": len(results) - len(left), "left": {o.subscription_id: o.reason for o in left}}


def do_import_usage(job: RunningJob, *, path: str, skip_bad: bool = False) -> Mapping[str, Any]:
    """Import a usage file that lies on the server's disk; what a killed worker left of it is closed first."""
    if job.attempt > 1:
        give_up_unfinished(imported_by=actor_of(job).job, store=usage_store())
    loaded = load_usage(
        path=Path(path),
        store=usage_store(),
        actor=actor_of(job),
        now=job.now,
        business_date=business_date() or hub_today(now=job.now),
        skip_bad=skip_bad,
    )
    return {
        "import": loaded.result.import_id,
        "changed_totals": loaded.result.changed_totals,
        "due": loaded.due,
    }


def do_rehearse(job: RunningJob, *, day: str, workers: int = 1) -> Mapping[str, Any]:
    """Rehearse the billing of a day."""

    def say(text: str) -> None:
        jobs.progress(job_id=job.id, done=0, note=text)

    number = rehearse(
        day=date.fromisoformat(day),
        now=job.now,
        actor_name=f"job {job.id}",
        workers=workers,
        say=say,
    )
    return {"rehearsal": number}


def do_keep_month_ends(job: RunningJob, *, day: str) -> Mapping[str, Any]:  # noqa: ARG001 - the queue's shape
    """Keep the month ends of sellers with many documents."""
    return {"sellers": keep_month_ends(day=date.fromisoformat(day))}


def keep_past(event: DayCompleted) -> None:
    """Let a task keep month ends when the last day of a month is billed."""
    if (event.day + timedelta(days=1)).day == 1:
        queue.enqueue(
            task="keep_month_ends",
            arguments={"day": event.day.isoformat()},
            label=f"Keep month end {event.day}",
            now=event.at,
            queueing_lock=f"keep_month_ends {event.day}",
        )


FOLLOW_DAY = events_later.later(
    name="vendor_wishes.follow_day",
    event_type=DayCompleted,
    function=vendor_wishes.follow_day,
    # The comparison looks at everything, so one that waits does for all days.
    once=True,
    when=has_services,
)
"""A task does it: comparing all services takes its time, and a fault of it is none of the billed day."""

MESSAGES = fact_handlers.handles(
    name="messages", kinds=telling_sales.TOLD, function=telling_sales.tell
)
"""People are told of facts by messages; `flows/messages` says who, of what, in which words."""

FORGET_SEATS = events_later.later(
    name="seat_events.forget_ended",
    event_type=DayCompleted,
    function=seat_events.forget_ended,
    once=True,
    when=seat_events.any_seats,
)

EVENTS: tuple[tuple[type[Any], Callable[[Any], None]], ...] = (
    (SubscriptionStarted, announce_start),
    (CancellationOrdered, announce_cancellation),
    (PaymentReceived, announce_payment),
    (CreditHoldMoved, announce_hold),
    (OrdersMoved, orders.begin_orders),
    (OrdersMoved, watch_approvals),
    (OrdersMoved, announcing.announce_orders),
    (UserChanged, announcing.announce_person),
    (UserChanged, seat_events.follow_names),
    (AccountHoldMoved, announcing.announce_account_hold),
    (PeopleInvited, announcing.announce_invitations),
    (ActingBegan, announcing.announce_acting),
    (AccountChanged, announcing.announce_edit),
    (ServiceAssigned, announcing.announce_services),
    (ServiceReleased, announcing.announce_services),
    (ProvisioningDone, orders.finish_order),
    (ProvisioningParked, orders.fail_order),
    (ProvisioningEnded, orders.end_order),
    (ProvisioningDone, seat_events.take_answer),
    (ProvisioningParked, seat_events.take_failure),
    (ProvisioningEnded, seat_events.take_end),
    (OrdersMoved, seat_events.follow_orders),
    (DayCompleted, FORGET_SEATS),
    (SubscriptionChanged, vendor_wishes.follow_subscription),
    (CreditHoldMoved, vendor_wishes.follow_credit),
    (DayCompleted, publish_moves),
    (DayCompleted, FOLLOW_DAY),
    (DayCompleted, keep_past),
    (DayCompleted, vendor_usage.fetch_after_day),
    (ServicesConfirmed, vendor_wishes.follow_vendor),
)

TASKS: Mapping[str, tuple[queue.TaskFunction, Level]] = {
    "bill": (do_bill, Level.HIGH),
    "retry_quarantined": (do_retry, Level.HIGH),
    "import_usage": (do_import_usage, Level.NORMAL),
    price_jobs.TASK: (price_jobs.do_import_prices, Level.NORMAL),
    APPROVAL_TASK: (do_time_out, Level.NORMAL),
    "rehearse": (do_rehearse, Level.LOW),
    "prove_run": (do_prove, Level.NORMAL),
    "compare_run": (do_compare, Level.LOW),
    "keep_month_ends": (do_keep_month_ends, Level.VERY_LOW),
    user_import.TASK: (user_import.do_import, Level.NORMAL),
    subscription_import_jobs.TASK: (subscription_import_jobs.do_import, Level.NORMAL),
    drift_jobs.TASK: (drift_jobs.do_look, Level.LOW),
    seat_events.TASK: (seat_events.do_complete, Level.HIGH),
    seat_jobs.TASK: (seat_jobs.do_assign, Level.HIGH),
    seat_jobs.RETRY_TASK: (seat_jobs.do_retry, Level.HIGH),
    vendor_usage.TASK: (vendor_usage.do_fetch, Level.LOW),
    posting.TASK: (posting.do_send, Level.HIGH),
}
"""Each task with its function and its usual level; people may choose another one."""


def connect(*, to: Bus = bus) -> None:
    """Connect everything, once per process; a second call changes nothing."""
    known = set(event_types())
    if strange := {kind for kind, _handler in EVENTS} - known:
        raise ValueError(f"{strange} are no declared events")
    for event_type, handler in EVENTS:
        if handler not in to.handlers(event_type):
            to.subscribe(event_type, handler)
    for name, (function, level) in TASKS.items():
        queue.register(name=name, function=function, level=level)
    kept_by(SEAT_NAMES)
    leaving.kept_by(KEEPER)
    leaving.kept_by(IDENTITIES)
    events_later.connect()
    fact_handlers.connect()


def usage_store() -> StoreSettings:
    """Say where usage files lie and how much memory rating them may take."""
    return StoreSettings(data_dir=Path(settings.DATA), memory_limit_mb=MEMORY_LIMIT_MB)


def _announce(
    kind: str,
    object_id: int,
    event: SubscriptionStarted | CancellationOrdered | PaymentReceived | CreditHoldMoved,
    facts: Mapping[str, Any],
) -> None:
    put(
        kind=kind,
        object_id=object_id,
        tenant_id=event.tenant_id,
        on_day=event.on_day,
        payload=facts,
    )
