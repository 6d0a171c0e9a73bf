"""The import of running subscriptions as tasks: one checks an uploaded file, one imports what it has found good."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.flows import file_jobs
from entrepot.flows.file_jobs import (
    APPLY,
    CHECK,
    FAULTS_KEPT,
    FaultText,
    ImportNotPossible,
    faults_of,
)
from entrepot.flows.job_actor import actor_of
from entrepot.flows.orders import order_day
from entrepot.flows.subscription_import import (
    Checked,
    Ready,
    apply_rows,
    check_file,
    customer_number,
)
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.tasks.jobs import JobRow
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.errors import BadInput

__all__ = ["APPLY", "CHECK", "FAULTS_KEPT", "FaultText", "ImportNotPossible", "faults_of"]

TASK = "import_subscriptions"
ROWS_KEPT = 50
_ACTION = "subscription_import"


def start_check(viewer: Viewer, *, path: Path, actor: Actor, now: datetime) -> int:
    """Start checking an uploaded file; return the job. A second start for the same file returns the first job."""
    return file_jobs.start(
        viewer, {"path": str(path), "mode": CHECK}, task=TASK, action=_ACTION, actor=actor, now=now
    )


def start_import(
    viewer: Viewer, *, check_id: int, skip_bad: bool, actor: Actor, now: datetime
) -> int:
    """Start importing the file of a finished check; return the job, the first one for a second click.

    Raises: NoSuchObject; ImportNotPossible `import_not_checked`, `import_has_faults` (unless `skip_bad`),
    `import_nothing_good`.
    """
    check = import_job(viewer, job_id=check_id)
    file_jobs.require_importable(check, skip_bad=skip_bad)
    arguments = {
        "path": file_jobs.arguments_of(check)["path"],
        "mode": APPLY,
        "skip_bad": skip_bad,
        "check": check.id,
    }
    return file_jobs.start(viewer, arguments, task=TASK, action=_ACTION, actor=actor, now=now)


def import_job(viewer: Viewer, *, job_id: int) -> JobRow:
    """Return a check or an import of the viewer's account, all of them for the provider. Raises: NoSuchObject."""
    return file_jobs.job_of(viewer, task=TASK, job_id=job_id)


def newest_imports(viewer: Viewer, *, limit: int) -> tuple[JobRow, ...]:
    """Return the newest checks and imports of the viewer's account, of all accounts for the provider."""
    return file_jobs.newest_jobs(viewer, task=TASK, limit=limit)


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
        return file_jobs.unreadable(fault)
    if mode == CHECK:
        return _result(found, mode=mode)
    if found.faults and not skip_bad:
        raise file_jobs.has_faults(len(found.faults))
    job.progress(found.rows, found.rows, "writing")
    added = apply_rows(found.ready, business_day=day, actor=actor_of(job), now=job.now)
    return {**_result(found, mode=mode), "imported": len(added), "check": check}


def _result(found: Checked, *, mode: str) -> Mapping[str, Any]:
    days = sorted({one.first_day for one in found.ready})
    return {
        "mode": mode,
        "rows": found.rows,
        "good": len(found.ready),
        "bad": len(found.faults),
        "first_day": days[0].isoformat() if days else None,
        "last_day": days[-1].isoformat() if days else None,
        "faults": [file_jobs.kept(one) for one in found.faults[:FAULTS_KEPT]],
        "lines": [_line(one, found.names) for one in found.ready[:ROWS_KEPT]],
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
