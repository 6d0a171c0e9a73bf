"""Reads of long work as the operators of the hub see it, with what was asked for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import User
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.refusals import told
from entrepot.kernel.ids import NUMBER_MAX, IdKind, format_id

LIMIT_MAX = 200
COUNT_MAX = 1_000
_JOB_NAME = re.compile(r"job ([0-9]{1,18})")
_OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobFacts:
    """One job: `done` of `total` (None: not known), `arguments` as it was asked for, `error` a sentence for people."""

    id: int
    task: str
    handler: str
    label: str
    state: JobState
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    done: int
    total: int | None
    note: str
    error: str
    attempts: int
    owner_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the job still waits or runs."""
        return self.state in _OPEN

    @property
    def number(self) -> str:
        """What people call the job."""
        return format_id(kind=IdKind.TASK, number=self.id)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are wanted; `kind` names a task or an event handler, `owner_id` the user who asked."""

    states: tuple[JobState, ...] = ()
    kind: str = ""
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs, newest first; `older` leads to the next one, `newer` back, None where there is none."""

    rows: tuple[JobFacts, ...]
    older: int | None
    newer: int | None = None


def job(viewer: Viewer, *, job_id: int) -> JobFacts:
    """Return one job. Raises: NoSuchObject."""
    found = visible(viewer, Job).filter(pk=job_id).first() if 0 < job_id <= NUMBER_MAX else None
    if found is None:
        raise NoSuchObject(object=f"{IdKind.TASK.value}-{job_id}")
    return _facts([found])[0]


def list_jobs(
    viewer: Viewer,
    *,
    limit: int,
    before: int | None = None,
    after: int | None = None,
    wanted: JobFilter | None = None,
) -> JobPage:
    """Return jobs, newest first; at most 200.

    `before` is the id of the last row of the page before, `after` that of the first row of the page behind.
    """
    size = min(limit, LIMIT_MAX)
    rows = _wanted(visible(viewer, Job), wanted or JobFilter())
    is_back = after is not None and before is None
    if before is not None:
        rows = rows.filter(id__lt=before)
    elif after is not None:
        rows = rows.filter(id__gt=after)
    found = list(rows.order_by("id" if is_back else "-id")[: size + 1])
    page = tuple(_facts(found[:size]))
    more = len(found) > size
    page = page[::-1] if is_back else page
    return JobPage(
        page,
        older=page[-1].id if page and (more or is_back) else None,
        newer=page[0].id if page and (before is not None or (is_back and more)) else None,
    )


def state_counts(viewer: Viewer, *, states: Sequence[JobState]) -> Mapping[JobState, int]:
    """Count the jobs of each given state, at most 1,000 of each: 1,000 means that there are more."""
    counted = {}
    for state in states:
        some = visible(viewer, Job).filter(state=state).values("id")[:COUNT_MAX]
        counted[state] = some.count()
    return counted


def _wanted(rows: QuerySet[Job], wanted: JobFilter) -> QuerySet[Job]:
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.kind:
        is_task = queue.is_known(wanted.kind)
        rows = rows.filter(task=wanted.kind) if is_task else rows.filter(handler=wanted.kind)
    if wanted.owner_id is not None:
        rows = rows.filter(owner_id=wanted.owner_id)
    return rows


def newest_job(viewer: Viewer, *, task: str, arguments: Mapping[str, Any]) -> JobFacts | None:
    """Return the newest job of a task whose arguments contain the given ones."""
    found = (
        visible(viewer, Job)
        .filter(task=task, arguments__contains=dict(arguments))
        .order_by("-id")
        .first()
    )
    return _facts([found])[0] if found else None


def person_behind(viewer: Viewer, *, names: Sequence[str]) -> dict[str, str]:
    """Return, for names such as "job 12", the name of the person who started that job; other names are left out."""
    numbers = {name: int(found[1]) for name in names if (found := _JOB_NAME.fullmatch(name))}
    rows = visible(viewer, Job).filter(pk__in=numbers.values()).values_list("pk", "owner_id")
    owners = {number: owner for number, owner in rows if owner is not None}
    people = dict(User.objects.filter(pk__in=owners.values()).values_list("pk", "display_name"))
    return {
        name: people[owners[number]]
        for name, number in numbers.items()
        if number in owners and owners[number] in people
    }


def form_token(viewer: Viewer) -> int:
    """Return what a form that starts a job carries: the number of the newest job when the page was made, 0 for none.

    A job of the same kind with a higher number was started by this very form, or by somebody else meanwhile.
    """
    return visible(viewer, Job).order_by("-id").values_list("id", flat=True).first() or 0


def _facts(found: list[Job]) -> list[JobFacts]:
    owners = {job.owner_id for job in found if job.owner_id is not None}
    names = dict(User.objects.filter(pk__in=owners).values_list("id", "display_name"))
    return [
        JobFacts(
            owner_name=names.get(job.owner_id or 0, ""),
            state=JobState(job.state),
            error=told(job.refusal, sentence=job.error, translate=gettext),
            **{name: getattr(job, name) for name in _COPIED},
        )
        for job in found
    ]


_COPIED = tuple(
    name for name in JobFacts.__dataclass_fields__ if name not in ("owner_name", "state", "error")
)
