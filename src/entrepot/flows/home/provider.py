"""The home page of the provider: how the business runs, and what waits for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun, Quarantine
from entrepot.domain.billing.queries.invoices import last_completed_day
from entrepot.domain.catalog.models import PriceListImport
from entrepot.domain.credit.models import CreditState
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.kinds import AccountKind, AccountStatus
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.queries import lists
from entrepot.domain.subscriptions.queries.choices import Book, Tab, Wanted
from entrepot.domain.subscriptions.queries.lists import Count as RowCount
from entrepot.domain.usage.queries import count_waiting_sub_accounts
from entrepot.flows.home.renewals import WITHIN_DAYS
from entrepot.flows.home.run import rows
from entrepot.infra.tasks.models import Job, JobState
from entrepot.kernel.money import Money

MONTHS = 12
DOCUMENTS_MAX = 100_000
NEW_WITHIN_DAYS = 30
NEW_COUNT_MAX = 10_000
FAILED_WITHIN_DAYS = 7
HELD_SHOWN = 5
FAILED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest billing run; `step` is a value of `RunStep`, `quarantined` what this run put aside."""

    id: int
    day: date
    step: str
    due: int
    documents: int
    quarantined: int
    started_at: datetime
    finished_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Tell whether the day is complete, perhaps with subscriptions put aside."""
        return self.step == RunStep.DONE.value


@dataclass(frozen=True, slots=True)
class Receivables:
    """What buyers owe the provider in one currency; `accounts` counts those that owe something overdue."""

    currency: str
    owing: Money
    overdue: Money
    accounts: int


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """A buyer on credit hold."""

    account_id: int
    name: str
    held_on: date | None


@dataclass(frozen=True, slots=True)
class MonthRevenue:
    """What was invoiced in a month, before tax, credit notes taken off."""

    month: date
    documents: int
    net: Money


@dataclass(frozen=True, slots=True)
class ScheduledPrices:
    """Prices of a list that begin on a day to come."""

    file_name: str
    effective_on: date
    prices: int


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A piece of work that failed within the last seven days, with no later success of its kind."""

    id: int
    label: str
    error: str
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProviderHome:
    """What the provider's home shows. Parts that the role may not see are None or empty."""

    as_of: date | None
    run: LastRun | None
    put_aside: Mapping[str, int]
    receivables: tuple[Receivables, ...]
    held: tuple[HeldAccount, ...]
    held_count: int
    revenue: tuple[MonthRevenue, ...]
    resellers: int
    new_subscriptions: RowCount
    subscriptions: Mapping[Tab, RowCount]
    scheduled: tuple[ScheduledPrices, ...]
    parked: int
    failed_jobs: tuple[FailedJob, ...]


def provider_home(viewer: Viewer, *, now: datetime) -> ProviderHome:
    """Read the home of the provider: at most fourteen queries, whatever the size of the business."""
    as_of = last_completed_day()
    can = viewer.can
    held, held_count = _held(viewer) if can(Capability.VIEW_CREDIT) else ((), 0)
    sees_bills = as_of is not None and can(Capability.VIEW_INVOICES)
    resellers = visible(viewer, Account).filter(
        kind=AccountKind.RESELLER, status=AccountStatus.ACTIVE
    )
    return ProviderHome(
        as_of=as_of,
        run=_last_run(viewer) if can(Capability.VIEW_BILLING_RUNS) else None,
        put_aside=_put_aside(viewer) if can(Capability.VIEW_BILLING_RUNS) else {},
        receivables=_receivables(viewer, as_of) if sees_bills and as_of is not None else (),
        held=held,
        held_count=held_count,
        revenue=_revenue(viewer, as_of) if sees_bills and as_of is not None else (),
        resellers=resellers.count(),
        new_subscriptions=_new_subscriptions(viewer),
        subscriptions=lists.tab_counts(
            viewer,
            wanted=Wanted(Book.CUSTOMERS, Tab.ALL, viewer.today, within_days=WITHIN_DAYS),
        ),
        scheduled=_scheduled(viewer) if can(Capability.VIEW_PRICE_LISTS) else (),
        parked=count_waiting_sub_accounts(viewer) if can(Capability.VIEW_USAGE_IMPORTS) else 0,
        failed_jobs=_failed(viewer, now) if can(Capability.VIEW_TASKS) else (),
    )


def _last_run(viewer: Viewer) -> LastRun | None:
    run = visible(viewer, BillingRun).order_by("-day").first()
    if run is None:
        return None
    return LastRun(
        id=run.id,
        day=run.day,
        step=run.step.value,
        due=run.due,
        documents=run.documents,
        quarantined=run.quarantined,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def _put_aside(viewer: Viewer) -> Mapping[str, int]:
    """Count what is put aside and still open, by reason; the partial index holds nothing else."""
    waiting = visible(viewer, Quarantine).filter(resolved_on=None)
    found = waiting.values("reason").annotate(n=Count("id")).order_by("-n", "reason")
    return {row["reason"].value: row["n"] for row in found}


def _receivables(viewer: Viewer, as_of: date) -> tuple[Receivables, ...]:
    return tuple(
        Receivables(
            currency,
            Money.rounded(owing, currency=currency),
            Money.rounded(overdue, currency=currency),
            accounts,
        )
        for currency, owing, overdue, accounts in rows(
            "overdue_sales", seller=viewer.account_id, as_of=as_of
        )
    )


def _held(viewer: Viewer) -> tuple[tuple[HeldAccount, ...], int]:
    scope = document_scope(viewer, side=Side.SOLD)
    sold = visible(viewer, BillingAccount, scope=scope).filter(seller_id=viewer.account_id)
    states = CreditState.objects.filter(is_held=True, billing_account_id__in=sold.values("id"))
    days = {one.buyer_id: one.held_on for one in states.order_by("-held_on")[:HELD_SHOWN]}
    names = dict(visible(viewer, Account).filter(pk__in=days).values_list("id", "name"))
    held = tuple(HeldAccount(number, names[number], day) for number, day in days.items())
    return held, states.count()


def _revenue(viewer: Viewer, as_of: date) -> tuple[MonthRevenue, ...]:
    """Add up twelve months; an oldest month that was not read whole is left out."""
    first = as_of.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    found = rows(
        "issued_by_month", seller=viewer.account_id, since=first, until=as_of, most=DOCUMENTS_MAX
    )
    months = [
        MonthRevenue(month, documents, Money.rounded(net, currency=currency))
        for month, currency, documents, net in found
    ]
    if sum(one.documents for one in months) < DOCUMENTS_MAX:
        return tuple(months)
    return tuple(one for one in months if one.month != months[0].month)


def _new_subscriptions(viewer: Viewer) -> RowCount:
    """Count what started within 30 days among the newest 10,000; ids follow the order of purchase."""
    every = visible(viewer, Subscription)
    newest = every.order_by("-id").values("id")[:NEW_COUNT_MAX]
    since = viewer.today - timedelta(days=NEW_WITHIN_DAYS)
    started = every.filter(
        pk__in=newest, started_on__gte=since, started_on__lte=viewer.today
    ).count()
    return RowCount(started, started >= NEW_COUNT_MAX)


def _scheduled(viewer: Viewer) -> tuple[ScheduledPrices, ...]:
    """Return the lists of which prices begin in future, the next first; three at most."""
    lists_ahead = (
        visible(viewer, PriceListImport)
        .filter(effective_on__gt=viewer.today, created_prices__gt=0)
        .order_by("effective_on", "id")[:3]
    )
    return tuple(
        ScheduledPrices(one.file_name, one.effective_on, one.created_prices)
        for one in lists_ahead
        if one.effective_on is not None
    )


def _failed(viewer: Viewer, now: datetime) -> tuple[FailedJob, ...]:
    """Return work that failed and that no later work of the same kind made good, the newest first."""
    recent = visible(viewer, Job).filter(created_at__gte=now - timedelta(days=FAILED_WITHIN_DAYS))
    made_good = recent.filter(state=JobState.DONE, task=OuterRef("task"), id__gt=OuterRef("id"))
    failed = recent.filter(~Exists(made_good), state=JobState.FAILED)
    return tuple(
        FailedJob(one.id, one.label, one.error, one.finished_at)
        for one in failed.order_by("-created_at", "-id")[:FAILED_SHOWN]
    )
