"""The history as a job that people see: its progress counts days."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from entrepot.demo.history import fill_history, history_days
from entrepot.demo.stage import FIRST_DAY
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob, enqueue, register

TASK = "demo.history"
LABEL = "Demo history: January to June 2026"


def request_history(*, now: datetime, until: date | None = None) -> int | None:
    """Add the job that fills what is left of the history; return its id, None when nothing is left.

    While such a job waits or runs, its id is returned and nothing is added.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.DEMO, ids=[2])
        day, last = history_days(until=until)
        if day > last:
            return None
        open_job = Job.objects.filter(task=TASK, state__in=[JobState.WAITING, JobState.RUNNING])
        known = open_job.order_by("id").values_list("id", flat=True).first()
        if known is not None:
            return known
        return enqueue(
            task=TASK,
            arguments={"until": until.isoformat() if until else None},
            label=LABEL,
            now=now,
            queueing_lock=TASK,
        )


def run(job: RunningJob, *, until: str | None) -> Mapping[str, Any]:
    """Fill the history and tell after each day how far it is."""
    _day, last = history_days(until=date.fromisoformat(until) if until else None)
    total = (last - FIRST_DAY).days + 1

    def tell(done: date, _last: date) -> None:
        job.progress(done=(done - FIRST_DAY).days + 1, total=total, note=done.isoformat())

    result = fill_history(data_dir=settings.DATA, until=last, progress=tell)
    return {
        "days": result.days,
        "charges": result.charges,
        "documents": result.documents,
        "findings": result.findings,
        "refused": list(result.refused),
    }


def register_tasks() -> None:
    """Tell the queue who does this job; called once by every process that adds or does jobs."""
    register(name=TASK, function=run)
