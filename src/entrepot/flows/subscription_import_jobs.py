"""The import of running subscriptions as tasks: one checks an uploaded file, one imports what it has found good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Panel, Viewer, build_viewer
from entrepot.flows.job_actor import actor_of
from entrepot.flows.orders import order_day
from entrepot.flows.subscription_import import (
    Checked,
    Fault,
    Ready,
    apply_rows,
    check_file,
    customer_number,
)
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.jobs import JobRow, get_job
from entrepot.infra.tasks.models import Job
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.errors import BadInput, Refused
from entrepot.kernel.ids import IdKind

TASK = "import_subscriptions"
FAULTS_KEPT = 500
ROWS_KEPT = 50
CHECK, APPLY = "check", "apply"
_STARTING_KEY = 1


class ImportNotPossible(Refused):
    """The check of the file does not allow it."""

    codes = frozenset({"import_not_checked", "import_has_faults", "import_nothing_good"})


@dataclass(frozen=True, slots=True)
class FaultText:
    """Why a row cannot be imported: English templates and the values in them, so that every reader gets their own."""

    line: int
    column: str
    message: str
    next_step: str
    values: Mapping[str, str]


def start_check(viewer: Viewer, *, path: Path, actor: Actor, now: datetime) -> int:
    """Start checking an uploaded file; return the job. A second start for the same file returns the first job."""
    return _start(viewer, {"path": str(path), "mode": CHECK}, actor=actor, now=now)


def start_import(
    viewer: Viewer, *, check_id: int, skip_bad: bool, actor: Actor, now: datetime
) -> int:
    """Start importing the file of a finished check; return the job, the first one for a second click.

    Raises: NoSuchObject; ImportNotPossible `import_not_checked`, `import_has_faults` (unless `skip_bad`),
    `import_nothing_good`.
    """
    check = import_job(viewer, job_id=check_id)
    result = check.result
    if check.is_open or result.get("mode") != CHECK:
        raise ImportNotPossible(
            "import_not_checked",
            "The file is not checked yet.",
            next_step="Wait for the check, or upload the file again.",
        )
    if result["bad"] and not skip_bad:
        raise ImportNotPossible(
            "import_has_faults",
            "{bad} rows cannot be imported.",
            bad=result["bad"],
            next_step="Correct the file, or leave these rows out.",
        )
    if not result["good"]:
        raise ImportNotPossible(
            "import_nothing_good",
            "No row can be imported.",
            next_step="Correct the file and upload it again.",
        )
    arguments = {"path": _path(check), "mode": APPLY, "skip_bad": skip_bad, "check": check.id}
    return _start(viewer, arguments, actor=actor, now=now)


def import_job(viewer: Viewer, *, job_id: int) -> JobRow:
    """Return a check or an import of the viewer's account, all of them for the provider. Raises: NoSuchObject."""
    found = get_job(job_id=job_id) if 0 < job_id < 2**63 else None
    is_seen = found is not None and (
        viewer.panel is Panel.PROVIDER or found.account_id == viewer.account_id
    )
    if found is None or not is_seen or found.task != TASK:
        raise NoSuchObject(object=f"{IdKind.TASK.value}-{job_id}")
    return found


def newest_imports(viewer: Viewer, *, limit: int) -> tuple[JobRow, ...]:
    """Return the newest checks and imports of the viewer's account, of all accounts for the provider."""
    rows = Job.objects.filter(task=TASK)
    if viewer.panel is not Panel.PROVIDER:
        rows = rows.filter(account_id=viewer.account_id)
    numbers = list(rows.order_by("-id").values_list("id", flat=True)[:limit])
    return tuple(row for number in numbers if (row := get_job(job_id=number)) is not None)


def faults_of(result: Mapping[str, Any]) -> tuple[FaultText, ...]:
    """Return the faults that a finished job keeps, at most 500."""
    return tuple(FaultText(**one) for one in result.get("faults", ()))


def do_import(
    job: RunningJob, *, path: str, mode: str, skip_bad: bool = False, check: int | None = None
) -> Mapping[str, Any]:
    """Check a file; in the second step import its good rows, none if there are others and `skip_bad` is not set."""
    assert job.owner_id is not None, "imports are started by people"
    assert job.account_id is not None, "imports are started for an account"
    viewer = build_viewer(user_id=job.owner_id, account_id=job.account_id, now=job.now)
    day = order_day(now=job.now)
    try:
        found = check_file(viewer, path=Path(path), business_day=day, tell=job.progress)
    except BadInput as fault:
        if mode == APPLY:
            raise
        return _unreadable(fault)
    if mode == CHECK:
        return _result(found, mode=mode)
    if found.faults and not skip_bad:
        raise ImportNotPossible(
            "import_has_faults",
            "{bad} rows cannot be imported.",
            bad=len(found.faults),
            next_step="Correct the file, or leave these rows out.",
        )
    job.progress(found.rows, found.rows, "writing")
    added = apply_rows(found.ready, business_day=day, actor=actor_of(job), now=job.now)
    return {**_result(found, mode=mode), "imported": len(added), "check": check}


def _start(viewer: Viewer, arguments: Mapping[str, Any], *, actor: Actor, now: datetime) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.SUBSCRIPTION_IMPORT, ids=[_STARTING_KEY])
        same = Job.objects.filter(
            task=TASK,
            account_id=viewer.account_id,
            arguments__path=arguments["path"],
            arguments__mode=arguments["mode"],
        ).exclude(state="failed")
        known = same.order_by("id").values_list("id", flat=True).first()
        if known is not None:
            return known
        label = Path(arguments["path"]).name
        job_id = queue.enqueue(
            task=TASK,
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
            action=f"subscription_import_{arguments['mode']}_started",
            object_kind="job",
            object_id=job_id,
            tenant_id=viewer.tenant_id,
            object_label=label,
            after={name: value for name, value in arguments.items() if name != "path"},
        )
        return job_id


def _path(check: JobRow) -> str:
    return str(Job.objects.values_list("arguments__path", flat=True).get(pk=check.id))


def _unreadable(fault: BadInput) -> Mapping[str, Any]:
    kept = _kept(Fault(0, fault.field or "", fault))
    return {"mode": CHECK, "rows": 0, "good": 0, "bad": 1, "faults": [kept], "lines": []}


def _result(found: Checked, *, mode: str) -> Mapping[str, Any]:
    days = sorted({one.first_day for one in found.ready})
    return {
        "mode": mode,
        "rows": found.rows,
        "good": len(found.ready),
        "bad": len(found.faults),
        "first_day": days[0].isoformat() if days else None,
        "last_day": days[-1].isoformat() if days else None,
        "faults": [_kept(one) for one in found.faults[:FAULTS_KEPT]],
        "lines": [_line(one, found.names) for one in found.ready[:ROWS_KEPT]],
    }


def _kept(one: Fault) -> dict[str, Any]:
    values = {name: str(value) for name, value in one.reason.params.items()}
    return {
        "line": one.line,
        "column": one.column,
        "message": one.reason.message,
        "next_step": one.reason.next_step or "",
        "values": {**values, "object": one.reason.object or ""},
    }


def _line(one: Ready, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "line": one.line,
        "customer": names.get(one.customer_id, customer_number(one.customer_id)),
        "plan": one.plan.name,
        "quantity": str(
            one.quantity.normalize().quantize(1)
            if one.quantity == int(one.quantity)
            else one.quantity
        ),
        "first_day": one.first_day.isoformat(),
        "ends_on": one.row.ends_on.isoformat(),
        "vendor_id": one.row.vendor_reference,
        "only_ends": _only_ends(one.first_day, one.row.ends_on, auto_renew=one.row.auto_renew),
    }


def _only_ends(first: date, ends: date, *, auto_renew: bool) -> bool:
    """Tell whether nothing of it is billed by us any more."""
    return first == ends and not auto_renew
