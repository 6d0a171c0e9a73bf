"""The daily run: open a day, let workers rate, number, post and settle, and say what came out.

One path for the command, the button, a single account after an order, previews and rehearsals (docs/billing.md).
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun
from entrepot.domain.parties.models import Hub
from entrepot.flows.daily_billing.planning import RunRefused, business_date, open_run
from entrepot.flows.daily_billing.worker import work

__all__ = ["RunRefused", "RunResult", "business_date", "run_day"]

CHUNK_SIZE = 50_000


@dataclass(frozen=True)
class RunResult:
    """What the run of one day did; `was_complete` if it had been done before."""

    run_id: int
    day: date
    was_complete: bool
    due: int
    charges: int
    documents: int
    lines: int
    quarantined: int


class WorkerDied(RuntimeError):
    """A worker process failed; running the same day again is the recovery."""


def run_day(
    *,
    day: date,
    now: datetime,
    chunk_size: int = CHUNK_SIZE,
    workers: int = 1,
    actor_name: str = "system",
    allow_missed: bool = False,
) -> RunResult:
    """Bill one day to its end, or take up where an interrupted run of that day stopped.

    `now` is an aware instant for time stamps only. With several workers all but one are processes of their own.
    Raises: RunRefused for an earlier or skipped day; WorkerDied.
    """
    run = open_run(
        day=day,
        now=now,
        chunk_size=chunk_size,
        workers=workers,
        actor_name=actor_name,
        allow_missed=allow_missed,
    )
    was_complete = run.step is RunStep.DONE
    if not was_complete:
        work_together(run_id=run.id, now=now, workers=workers)
        Hub.objects.filter(standing_day__lte=day).update(standing_day=day + timedelta(days=1))
        run = BillingRun.objects.get(id=run.id)
    return RunResult(
        run_id=run.id,
        day=run.day,
        was_complete=was_complete,
        due=run.due,
        charges=run.charges,
        documents=run.documents,
        lines=run.lines,
        quarantined=run.quarantined,
    )


def work_together(*, run_id: int, now: datetime, workers: int, schema: str | None = None) -> None:
    """Work on an open run until it is done, in this process and in `workers` - 1 processes of their own.

    This one begins at once; the others need a second or two to start.
    Raises: WorkerDied if one of the others failed.
    """
    command = [
        sys.executable,
        "-m",
        "entrepot.ops.billing_worker",
        str(run_id),
        *([schema] if schema else []),
    ]
    environment = {**os.environ, "ENTREPOT_DB_NAME": str(connection.settings_dict["NAME"])}
    others = [subprocess.Popen(command, env=environment) for _ in range(workers - 1)]
    try:
        work(run_id=run_id, now=now, schema=schema)
    finally:
        codes = [other.wait() for other in others]
    if any(codes):
        raise WorkerDied(f"billing workers ended with {codes}")
