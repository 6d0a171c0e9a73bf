"""Files that a first job checks and a second one takes in: started once, seen by whom, and what is kept of faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.jobs import JobRow, get_job
from entrepot.infra.tasks.models import Job
from entrepot.kernel.errors import BadInput, DomainError, Refused
from entrepot.kernel.ids import IdKind

FAULTS_KEPT = 500
CHECK, APPLY = "check", "apply"
_STARTING_KEY = 1


class ImportNotPossible(Refused):
    """The check of the file does not allow it."""

    codes = frozenset(
        {"import_not_checked", "import_has_faults", "import_nothing_good", "import_not_allowed"}
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that cannot be taken: its line, the column if one is to blame, and why."""

    line: int
    column: str
    reason: DomainError


@dataclass(frozen=True, slots=True)
class FaultText:
    """Why a row cannot be taken: English templates and the values in them, so that every reader gets their own."""

    line: int
    column: str
    message: str
    next_step: str
    values: Mapping[str, str]


def start(
    viewer: Viewer,
    arguments: Mapping[str, Any],
    *,
    task: str,
    action: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Start a check or what follows it; return the job. A second start for the same file returns the first job.

    `action` begins the code of the audit entry, before the mode and "started".
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.SUBSCRIPTION_IMPORT, ids=[_STARTING_KEY])
        same = Job.objects.filter(
            task=task,
            account_id=viewer.account_id,
            arguments__path=arguments["path"],
            arguments__mode=arguments["mode"],
        ).exclude(state="failed")
        known = same.order_by("id").values_list("id", flat=True).first()
        if known is not None:
            return known
        label = Path(arguments["path"]).name
        job_id = queue.enqueue(
            task=task,
            arguments=arguments,
            label=label,
            now=now,
            account_id=viewer.account_id,
            owner_id=actor.user_id,
            tenant_id=viewer.tenant_id,
        )
        record(
            actor=actor,
            now=now,
            action=f"{action}_{arguments['mode']}_started",
            object_kind="job",
            object_id=job_id,
            tenant_id=viewer.tenant_id,
            object_label=label,
            after={name: value for name, value in arguments.items() if name != "path"},
        )
        return job_id


def require_importable(check: JobRow, *, skip_bad: bool) -> None:
    """Refuse what a check does not allow. Raises: ImportNotPossible."""
    result = check.result
    if check.is_open or result.get("mode") != CHECK:
        raise ImportNotPossible(
            "import_not_checked",
            "The file is not checked yet.",
            next_step="Wait for the check, or upload the file again.",
        )
    if result["bad"] and not skip_bad:
        raise has_faults(result["bad"])
    if not result["good"]:
        raise ImportNotPossible(
            "import_nothing_good",
            "No row can be imported.",
            next_step="Correct the file and upload it again.",
        )


def has_faults(bad: int) -> ImportNotPossible:
    """Make the refusal of a file with faults that nobody allowed to leave out."""
    return ImportNotPossible(
        "import_has_faults",
        "{bad} rows cannot be imported.",
        bad=bad,
        next_step="Correct the file, or leave these rows out.",
    )


def job_of(viewer: Viewer, *, task: str, job_id: int) -> JobRow:
    """Return a job of a task that the viewer's account started, all of them for the provider. Raises: NoSuchObject."""
    found = get_job(job_id=job_id) if 0 < job_id < 2**63 else None
    is_seen = found is not None and (
        viewer.panel is Panel.PROVIDER or found.account_id == viewer.account_id
    )
    if found is None or not is_seen or found.task != task:
        raise NoSuchObject(object=f"{IdKind.TASK.value}-{job_id}")
    return found


def newest_jobs(viewer: Viewer, *, task: str, limit: int, **arguments: int) -> tuple[JobRow, ...]:
    """Return the newest jobs of a task of the viewer's account, of all accounts for the provider."""
    rows = Job.objects.filter(task=task)
    if viewer.panel is not Panel.PROVIDER:
        rows = rows.filter(account_id=viewer.account_id)
    for name, value in arguments.items():
        rows = rows.filter(**{f"arguments__{name}": value})
    numbers = list(rows.order_by("-id").values_list("id", flat=True)[:limit])
    return tuple(row for number in numbers if (row := get_job(job_id=number)) is not None)


def arguments_of(job: JobRow) -> Mapping[str, Any]:
    """Return what a job was started with."""
    found: Mapping[str, Any] = Job.objects.values_list("arguments", flat=True).get(pk=job.id)
    return found


def faults_of(result: Mapping[str, Any]) -> tuple[FaultText, ...]:
    """Return the faults that a finished job keeps, at most 500."""
    return tuple(FaultText(**one) for one in result.get("faults", ()))


def kept(one: Fault) -> dict[str, Any]:
    """Return what a job keeps of a fault."""
    values = {name: str(value) for name, value in one.reason.params.items()}
    return {
        "line": one.line,
        "column": one.column,
        "message": one.reason.message,
        "next_step": one.reason.next_step or "",
        "values": {**values, "object": one.reason.object or ""},
    }


def unreadable(fault: BadInput) -> Mapping[str, Any]:
    """Return the result of a check of a file that is none."""
    one = kept(Fault(0, fault.field or "", fault))
    return {"mode": CHECK, "rows": 0, "good": 0, "bad": 1, "faults": [one], "lines": []}
