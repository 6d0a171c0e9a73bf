"""Start long work of billing from a button: one job per form, with its audit entry.

What the jobs do stands in `flows/wiring.py` (billing, rehearsing, trying again) and below (proving, comparing).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun
from entrepot.flows.daily_billing import business_date
from entrepot.flows.daily_billing.planning import check_span
from entrepot.flows.rehearsal import AHEAD_DAYS_MAX, compare_run
from entrepot.flows.verify import prove_run
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.errors import Refused

_STARTING_KEY = 2
_OPEN_SINCE = timedelta(days=7)


class BillingJobRefused(Refused):
    """The work that a button asks for cannot be started now."""

    codes = frozenset(
        {
            "billing_day_not_come",
            "billing_day_not_next",
            "rehearsal_day_closed",
            "billing_run_unknown",
            "nothing_to_retry",
        }
    )


@dataclass(frozen=True, slots=True)
class Starter:
    """Who starts a job, at which instant, with which form: `token` is `queries.jobs.form_token` of its page."""

    actor: Actor
    account_id: int
    tenant_id: int
    token: int
    now: datetime


def start_billing(*, day: date, today: date, allow_future: bool, starter: Starter) -> int:
    """Start billing the business date; return the job. `today` is the hub's day, the last one in production.

    Raises: BillingJobRefused `billing_day_not_next`, `billing_day_not_come`.
    """
    expected = business_date()
    if expected is not None and day != expected:
        raise BillingJobRefused(
            "billing_day_not_next",
            "{day} is not the next day to be billed; that is {expected}.",
            next_step="Open the list of billing runs again.",
            day=day,
            expected=expected,
        )
    if day > today and not allow_future:
        raise BillingJobRefused(
            "billing_day_not_come",
            "{day} has not come yet; today is {today}.",
            next_step="Wait for that day, or rehearse it now.",
            day=day,
            today=today,
        )
    return _start("bill", {"until": day.isoformat()}, f"Bill {day}", starter=starter)


def start_rehearsal(*, day: date, starter: Starter) -> int:
    """Start rehearsing a day, the business date or a later one; return the job.

    Raises: BillingJobRefused `rehearsal_day_closed`; RunRefused as `check_span`.
    """
    expected = business_date()
    if expected is not None and day < expected:
        raise BillingJobRefused(
            "rehearsal_day_closed",
            "{day} cannot be rehearsed: every day before {expected} is closed.",
            next_step="Rehearse {expected} or a later day.",
            day=day,
            expected=expected,
        )
    check_span(first=expected or day, last=day, days_max=AHEAD_DAYS_MAX)
    return _start("rehearse", {"day": day.isoformat()}, f"Rehearse {day}", starter=starter)


def start_proof(*, day: date, starter: Starter) -> int:
    """Start proving the completed run of a day; return the job. Raises: BillingJobRefused `billing_run_unknown`."""
    _require_done(day)
    return _start("prove_run", {"day": day.isoformat()}, f"Prove {day}", starter=starter)


def start_comparison(*, day: date, starter: Starter) -> int:
    """Start comparing the completed run of a day with the previous periods; return the job.

    Raises: BillingJobRefused `billing_run_unknown`.
    """
    _require_done(day)
    return _start("compare_run", {"day": day.isoformat()}, f"Compare {day}", starter=starter)


def start_retry(*, subscription_ids: Sequence[int], starter: Starter) -> int:
    """Start billing quarantined subscriptions again; return the job. Raises: BillingJobRefused `nothing_to_retry`."""
    ids = sorted(set(subscription_ids))
    if not ids:
        raise BillingJobRefused(
            "nothing_to_retry",
            "None of these subscriptions waits for billing any more.",
            next_step="Open the list of what is not billed again.",
        )
    return _start(
        "retry_quarantined", {"subscription_ids": ids}, f"Retry {len(ids)}", starter=starter
    )


def do_prove(job: RunningJob, *, day: str) -> Mapping[str, Any]:
    """Prove the run of a day and keep the report with it."""
    report = prove_run(run_id=_run_id(day))
    job.progress(len(report.checks), len(report.checks))
    return {"proved": report.is_proved, "findings": report.findings_total}


def do_compare(job: RunningJob, *, day: str) -> Mapping[str, Any]:
    """Compare the run of a day with each subscription's previous period."""
    number = compare_run(run_id=_run_id(day), now=job.now, actor_name=f"job {job.id}")
    return {"comparison": number}


def _start(task: str, arguments: Mapping[str, Any], label: str, *, starter: Starter) -> int:
    """Start a job unless the form did so already, or the same work is under way; return the one there is."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.BILLING_RUN, ids=[_STARTING_KEY])
        known = _known(task, arguments, starter=starter)
        if known is not None:
            return known
        job_id = queue.enqueue(
            task=task,
            arguments=arguments,
            label=label,
            now=starter.now,
            account_id=starter.account_id,
            owner_id=starter.actor.user_id,
            tenant_id=starter.tenant_id,
        )
        record(
            actor=starter.actor,
            now=starter.now,
            action=f"{task}_started",
            object_kind="job",
            object_id=job_id,
            tenant_id=starter.tenant_id,
            object_label=label,
            after=arguments,
        )
        return job_id


def _known(task: str, arguments: Mapping[str, Any], *, starter: Starter) -> int | None:
    under_way = Q(
        state__in=(JobState.WAITING, JobState.RUNNING), created_at__gt=starter.now - _OPEN_SINCE
    )
    same = Job.objects.filter(task=task, arguments=dict(arguments))
    return (
        same.filter(under_way | Q(id__gt=starter.token))
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )


def _require_done(day: date) -> None:
    if not BillingRun.objects.filter(day=day, step=RunStep.DONE).exists():
        raise BillingJobRefused(
            "billing_run_unknown",
            "{day} was not billed or its run is not finished.",
            next_step="Bill {day} first.",
            day=day,
        )


def _run_id(day: str) -> int:
    run_day = date.fromisoformat(day)
    _require_done(run_day)
    return BillingRun.objects.values_list("id", flat=True).get(day=run_day)
