"""Try quarantined subscriptions again between two runs, after somebody corrected a price, rate or tax rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from entrepot.domain.billing.lifecycle import QuarantineReason, RunStep
from entrepot.domain.billing.models import BillingRun, Quarantine
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.flows.daily_billing import business_date
from entrepot.flows.daily_billing.rating import ChangedMeanwhile, rate_range
from entrepot.flows.daily_billing.session import RunSession
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.locks import Space, lock_all
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import IdKind

_REPEATS_MAX = 5


class RetryRefused(Refused):
    """Quarantined subscriptions cannot be tried now."""

    codes = frozenset({"retry_run_open", "retry_never_billed", "retry_not_quarantined"})


@dataclass(frozen=True, slots=True)
class Retried:
    """What came of one subscription; `reason` says why it stays in quarantine, None when it was billed."""

    subscription_id: int
    reason: QuarantineReason | None


def retry_quarantined(
    *,
    actor: Actor,
    now: datetime,
    subscription_ids: Sequence[int] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Retried, ...]:
    """Rate quarantined subscriptions now, all or the named ones, each in its own transaction.

    The business date is the day of the run: charges go to the next statement day on or after it, whose
    document the run of that day writes. Those still faulty stay in quarantine with one try more. An
    unfinished run is never disturbed. Named ones that were billed meanwhile are left out. `progress` is
    called with how many are done, and all.
    Raises: RetryRefused.
    """
    open_rows = Quarantine.objects.filter(resolved_on=None)
    if subscription_ids is not None:
        open_rows = open_rows.filter(subscription_id__in=subscription_ids)
    found = list(open_rows.order_by("subscription_id").values_list("subscription_id", "tenant_id"))
    _require_quarantined(subscription_ids, {number for number, _ in found})
    results = []
    for done, (number, tenant) in enumerate(found, start=1):
        results.append(_retry_one(number, tenant, actor=actor, now=now))
        progress(done, len(found))
    return tuple(results)


def _retry_one(number: int, tenant: int, *, actor: Actor, now: datetime) -> Retried:
    for _ in range(_REPEATS_MAX):
        try:
            with transaction.atomic():
                _rate(number, day=_run_day(), now=now)
                left = Quarantine.objects.filter(subscription_id=number, resolved_on=None).first()
                reason = QuarantineReason(left.reason) if left else None
                record(
                    actor=actor,
                    now=now,
                    action="quarantine_retried",
                    object_kind="subscription",
                    object_id=number,
                    tenant_id=tenant,
                    after={"reason": reason},
                )
                return Retried(number, reason)
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile(f"subscription {number} was changed by others {_REPEATS_MAX} times")


def _run_day() -> date:
    """Give the business date, and keep its run from being opened until the transaction ends."""
    with connection.cursor() as cursor:
        lock_all(cursor, space=Space.BILLING_RUN, ids=[0])
    under_way = BillingRun.objects.exclude(step=RunStep.DONE).first()
    if under_way is not None:
        raise RetryRefused(
            "retry_run_open",
            "The run of {day} is not finished; it tries all quarantined subscriptions itself.",
            object=f"{IdKind.BILLING_RUN.value}-{under_way.id}",
            next_step="Wait until it is complete, or bill that day to its end.",
            day=under_way.day,
        )
    day = business_date()
    if day is None:
        raise RetryRefused(
            "retry_never_billed",
            "Nothing was billed yet.",
            next_step="Bill the first day.",
        )
    return day


def _rate(number: int, *, day: date, now: datetime) -> None:
    # Locked first, as every command does, so that the version cannot move under the rating.
    if not SubBilling.objects.select_for_update().filter(pk=number).exists():
        return
    session = RunSession(
        day=day,
        first_day=day,
        now=now,
        step="retry",
        schema=None,
        id_from=number,
        id_to=number,
    )
    session.open(sparse=True)
    session.empty("put_aside")
    rate_range(session)


def _require_quarantined(wanted: Sequence[int] | None, found: set[int]) -> None:
    if wanted is not None and not found:
        raise RetryRefused(
            "retry_not_quarantined",
            "None of the {count} chosen subscriptions is in quarantine.",
            next_step="Choose from the list of quarantined subscriptions.",
            count=len(wanted),
        )
