"""Handing a service out to many people, or trying it again: 1,000 at once, more of them by a task to be watched.

The tasks work in steps of 1,000 people, each a transaction. Whoever has the service, or is tried again already, is
passed over, so that a worker that is killed, or a button that is pressed twice, gives nobody a second unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from entrepot.domain.catalog.models import Resource
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.seats.commands import NAMED_MAX, assign_seats, retry_seats
from entrepot.domain.seats.queries import failed_people
from entrepot.domain.seats.supply import handed_out, require_units, supply_of
from entrepot.flows.job_actor import actor_of
from entrepot.flows.orders import order_day
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.failpoints import failpoint
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.jobs import OPEN
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob

TASK = "assign_seats"
RETRY_TASK = "retry_seats"
AT_ONCE_MAX = NAMED_MAX
_SHOWN_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """How many people got a unit or are tried again, now or by the task `job_id`."""

    people: int
    job_id: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """The newest task about a service. `left_out` of a finished one; a failed one has `error` or `refusal`."""

    tries_again: bool
    is_open: bool
    done: int
    total: int
    left_out: int
    error: str
    refusal: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        """Tell whether it ended before everybody had the service."""
        return bool(self.error or self.refusal)


def hand_out(
    viewer: Viewer, *, resource_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
) -> HandedOut:
    """Give people of the viewer's account a service: all of them now, or more than 1,000 by a task.

    The units have to be free in both cases. The same people again, while a task is still at it, are the same task.
    Raises: SeatInput; SeatsRefused.
    """
    if len(user_ids) <= AT_ONCE_MAX:
        done = assign_seats(
            account_id=viewer.account_id,
            resource_id=resource_id,
            user_ids=user_ids,
            on_day=order_day(now=now),
            actor=actor,
            now=now,
        )
        return HandedOut(done.people)
    with transaction.atomic():
        # Two presses of the button wait for each other here.
        Account.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
        known = _at_it(viewer.account_id, resource_id, user_ids)
        if known is not None:
            return HandedOut(len(user_ids), known)
        resource = handed_out(resource_id=resource_id)
        supply = supply_of(
            account_id=viewer.account_id, resource_id=resource_id, on_day=order_day(now=now)
        )
        require_units(resource=resource, supply=supply, wanted=len(user_ids))
        job_id = _enqueue(TASK, viewer, resource, user_ids, actor=actor, now=now)
    return HandedOut(len(user_ids), job_id)


def try_again(
    viewer: Viewer, *, resource_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
) -> HandedOut:
    """Ask the vendor again for people for whom it failed: those named, or all; more than 1,000 by a task.

    All of them again, while a task is still at it, are the same task. Raises: SeatInput.
    """
    people = list(user_ids) or failed_people(account_id=viewer.account_id, resource_id=resource_id)
    if len(people) > AT_ONCE_MAX:
        with transaction.atomic():
            # Two presses of the button wait for each other here.
            Account.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
            resource = handed_out(resource_id=resource_id)
            open_one = _of(viewer.account_id, resource_id, RETRY_TASK).filter(state__in=OPEN)
            job_id = open_one.values_list("id", flat=True).first() or _enqueue(
                RETRY_TASK, viewer, resource, people, actor=actor, now=now
            )
        return HandedOut(len(people), job_id)
    count = 0
    if people:
        count = retry_seats(
            account_id=viewer.account_id,
            resource_id=resource_id,
            user_ids=people,
            actor=actor,
            now=now,
        )
    return HandedOut(count)


def do_retry(
    job: RunningJob, *, account: int, resource: int, people: Sequence[int]
) -> Mapping[str, Any]:
    """Ask the vendor again in steps of 1,000; for whom it does not fail any more is passed over."""
    count = 0
    for first in range(0, len(people), NAMED_MAX):
        job.progress(first, len(people))
        count += retry_seats(
            account_id=account,
            resource_id=resource,
            user_ids=people[first : first + NAMED_MAX],
            actor=actor_of(job),
            now=job.now,
        )
        failpoint("retry_seats.step")
    job.progress(len(people), len(people))
    return {"people": count}


def do_assign(
    job: RunningJob, *, account: int, resource: int, people: Sequence[int]
) -> Mapping[str, Any]:
    """Hand a service out in steps of 1,000; a step that is refused ends it, and those before it keep their units."""
    given = left_out = 0
    for first in range(0, len(people), NAMED_MAX):
        job.progress(first, len(people))
        done = assign_seats(
            account_id=account,
            resource_id=resource,
            user_ids=people[first : first + NAMED_MAX],
            on_day=order_day(now=job.now),
            actor=actor_of(job),
            now=job.now,
            leaves_out=True,
        )
        given, left_out = given + done.people, left_out + done.left_out
        failpoint("assign_seats.step")
    job.progress(len(people), len(people))
    return {"people": given, "left_out": left_out}


def newest_work(viewer: Viewer, *, resource_id: int, now: datetime) -> Work | None:
    """Give the newest task about a service of the viewer's account, for a day after its end. One statement."""
    row = _of(viewer.account_id, resource_id, TASK, RETRY_TASK).order_by("-id").first()
    if row is None or (row.finished_at is not None and row.finished_at < now - _SHOWN_FOR):
        return None
    return Work(
        tries_again=row.task == RETRY_TASK,
        is_open=row.state in OPEN,
        done=row.done,
        total=row.total or 0,
        left_out=int(row.result.get("left_out", 0)),
        error=row.error if row.state is JobState.FAILED else "",
        refusal=row.refusal if row.state is JobState.FAILED else {},
    )


def _of(account_id: int, resource_id: int, *tasks: str) -> QuerySet[Job]:
    return Job.objects.filter(
        task__in=tasks, account_id=account_id, arguments__resource=resource_id
    )


def _enqueue(
    task: str,
    viewer: Viewer,
    resource: Resource,
    user_ids: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    job_id = queue.enqueue(
        task=task,
        arguments={
            "account": viewer.account_id,
            "resource": resource.pk,
            "people": list(user_ids),
        },
        label=resource.name,
        now=now,
        account_id=viewer.account_id,
        owner_id=actor.user_id,
        tenant_id=viewer.tenant_id,
    )
    Job.objects.filter(pk=job_id).update(total=len(user_ids))
    return job_id


def _at_it(account_id: int, resource_id: int, user_ids: Sequence[int]) -> int | None:
    wanted = set(user_ids)
    for number, people in (
        _of(account_id, resource_id, TASK)
        .filter(state__in=OPEN)
        .order_by("-id")
        .values_list("id", "arguments__people")
    ):
        if wanted <= set(people):
            return int(number)
    return None
