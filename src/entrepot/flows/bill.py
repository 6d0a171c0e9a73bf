"""Bill the next day, or every day up to one, and take payments: what the command, the button and the jobs call."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from time import perf_counter
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from entrepot.domain.billing.events import DayCompleted
from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun, RunChunk
from entrepot.domain.credit.commands import receive_payment
from entrepot.domain.parties.models import Hub
from entrepot.flows.daily_billing import (
    CHUNK_SIZE,
    RunRefused,
    RunResult,
    business_date,
    run_day,
)
from entrepot.flows.daily_billing.planning import check_span
from entrepot.flows.daily_billing.session import RunSession
from entrepot.flows.rehearsal import note_fingerprint
from entrepot.flows.verify import prove_run
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.locks import Space
from entrepot.kernel.events import bus

WORKERS_MAX = 64
DAYS_MAX = 3_660
_RUNNING_KEY = 1
_WATCH_SECONDS = 0.25
_LOCK_TRIES, _LOCK_PAUSE_SECONDS = 10, 0.1


class BillState(StrEnum):
    """What came of a request to bill."""

    DONE = "done"
    ALREADY_COMPLETE = "already_complete"
    ALREADY_RUNNING = "already_running"


@dataclass(frozen=True, slots=True)
class ChunkProgress:
    """How far the run of a day is: chunks of the current step, done and in all; `rows` counts what was worked on."""

    day: date
    step: RunStep
    done: int
    total: int
    rows: int


@dataclass(frozen=True, slots=True)
class BilledDay:
    """One day that was billed; `findings` is the number of faults that the proof found."""

    result: RunResult
    seconds: float
    findings: int


@dataclass(frozen=True, slots=True)
class BillResult:
    """The days billed by this request, in order, and the business date afterwards (None: never billed)."""

    state: BillState
    days: tuple[BilledDay, ...]
    next_day: date | None


@dataclass(frozen=True, slots=True)
class TakenPayment:
    """A payment and what it was used for at once; what is left stays as account credit."""

    transfer_id: int
    invoices: int


def bill(
    *,
    now: datetime,
    today: date,
    actor_name: str,
    until: date | None = None,
    allow_future: bool = False,
    workers: int = 1,
    chunk_size: int = CHUNK_SIZE,
    progress: Callable[[ChunkProgress], None] | None = None,
    stop_asked: Callable[[], bool] = lambda: False,
) -> BillResult:
    """Bill the business date, or every day from it up to `until`, each to its end and with its proof.

    `today` is the hub's calendar day; days after it are billed only with `allow_future` (tests and the
    demo). A database without a completed run starts with `until`, else `today`. While another process
    bills, nothing happens. `progress` is called from a second thread about four times a second;
    `stop_asked` is asked between days.
    Raises: RunRefused `billing_date_earlier`, `billing_date_future`, and as `check_span`; ValueError for
    `workers` outside 1 to 64 or `chunk_size` below 1; WorkerDied.
    """
    if not 1 <= workers <= WORKERS_MAX or chunk_size < 1:
        raise ValueError(f"{workers} workers and chunks of {chunk_size} cannot bill")
    with _alone() as is_mine:
        if not is_mine:
            return BillResult(BillState.ALREADY_RUNNING, (), business_date())
        days = _days(until=until, today=today, allow_future=allow_future)
        billed = []
        for day in days:
            if stop_asked():
                break
            began = perf_counter()
            with _watched(day, progress):
                result = run_day(
                    day=day,
                    now=now,
                    chunk_size=chunk_size,
                    workers=workers,
                    actor_name=actor_name,
                )
            note_fingerprint(run_id=result.run_id)
            findings = prove_run(run_id=result.run_id).findings_total
            billed.append(BilledDay(result, perf_counter() - began, findings))
            bus.publish(DayCompleted(day, at=now))
        state = BillState.DONE if days else BillState.ALREADY_COMPLETE
        return BillResult(state, tuple(billed), business_date())


def hub_today(*, now: datetime) -> date:
    """Give the calendar day of an aware instant in the hub's zone (decision 12)."""
    zone = Hub.objects.values_list("timezone", flat=True).first() or "UTC"
    return now.astimezone(ZoneInfo(zone)).date()


def is_billing() -> bool:
    """Tell whether a process bills at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = %s AND objid = %s)",
            [int(Space.BILLING_RUN), _RUNNING_KEY],
        )
        return bool(cursor.fetchone()[0])


def take_payment(
    *,
    billing_account_id: int,
    amount: Decimal,
    received_on: date,
    reference: str,
    actor: Actor,
    now: datetime,
) -> TakenPayment:
    """Take a payment and use the account's credit for its open invoices at once, oldest first.

    The statements are those of the daily run; holds are judged by the next run. Raises as `receive_payment`.
    """
    with transaction.atomic():
        number = receive_payment(
            billing_account_id=billing_account_id,
            amount=amount,
            received_on=received_on,
            reference=reference,
            actor=actor,
            now=now,
        )
        session = RunSession(
            day=received_on,
            first_day=received_on,
            now=now,
            step="payment",
            schema=None,
            id_from=0,
            id_to=0,
        )
        session.open(sparse=True)
        session.empty("new_allocation")
        account = {"billing_account_id": billing_account_id}
        used = session.run("credit", "pick_account_allocations", **account)
        if used:
            session.run("credit", "add_allocations")
            session.run("ledger", "post_allocations")
            session.run("ledger", "lower_balances")
            session.run("billing", "lower_open_amounts")
    return TakenPayment(transfer_id=number, invoices=used)


def _days(*, until: date | None, today: date, allow_future: bool) -> list[date]:
    """List the days to bill; none if they are complete."""
    first = business_date()
    if first is None:
        first = until or today
    last = until or first
    if last > today and not allow_future:
        if until is None:
            return []
        raise RunRefused(
            "billing_date_future",
            "{day} has not come yet; today is {today}.",
            next_step="Bill up to today at most.",
            day=last,
            today=today,
        )
    if last < first and not BillingRun.objects.filter(day=last, step=RunStep.DONE).exists():
        raise RunRefused(
            "billing_date_earlier",
            "{day} cannot be billed: every day before {expected} is closed.",
            next_step="Bill {expected}, the business date.",
            day=last,
            expected=first,
        )
    check_span(first=first, last=last, days_max=DAYS_MAX)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the mark "a process bills" while the block runs; false if another session holds it.

    The lock belongs to the database session, so a killed process gives it back; the server may need a
    moment to notice, which is waited for.
    """
    keys = [int(Space.BILLING_RUN), _RUNNING_KEY]
    is_mine = False
    for attempt in range(_LOCK_TRIES):
        time.sleep(_LOCK_PAUSE_SECONDS if attempt else 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
            is_mine = bool(cursor.fetchone()[0])
        if is_mine:
            break
    try:
        yield is_mine
    finally:
        if is_mine and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)


@contextmanager
def _watched(day: date, progress: Callable[[ChunkProgress], None] | None) -> Iterator[None]:
    """Tell how far the run of a day is while the block runs; workers may be other processes."""
    if progress is None:
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(day, progress, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(day: date, progress: Callable[[ChunkProgress], None], over: threading.Event) -> None:
    last: ChunkProgress | None = None
    try:
        while not over.wait(_WATCH_SECONDS):
            seen = _read_progress(day)
            if seen is not None and seen != last:
                progress(seen)
                last = seen
        seen = _read_progress(day)
        if seen is not None:
            progress(seen)
    finally:
        connection.close()


def _read_progress(day: date) -> ChunkProgress | None:
    run = BillingRun.objects.filter(day=day).first()
    if run is None:
        return None
    chunks = RunChunk.objects.filter(run_id=run.id, step=run.step).values_list("is_done", "rows")
    done = [rows for is_done, rows in chunks if is_done]
    return ChunkProgress(day, RunStep(run.step), len(done), len(chunks), sum(done))
