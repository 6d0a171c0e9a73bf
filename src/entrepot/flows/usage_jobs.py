"""Start the import of an uploaded usage file from a button: one job per upload, with its audit entry."""

from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.models import Job

_TASK = "import_usage"
_STARTING_KEY = 2


def start_usage_import(
    *,
    path: Path,
    skip_bad: bool,
    actor: Actor,
    account_id: int,
    tenant_id: int,
    now: datetime,
) -> int:
    """Start importing a file that lies on the server's disk; return the job.

    A second start for the same path returns the job of the first one and records nothing.
    """
    arguments = {"path": str(path), "skip_bad": skip_bad}
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.USAGE_IMPORT, ids=[_STARTING_KEY])
        known = Job.objects.filter(task=_TASK, arguments__path=str(path)).order_by("id").first()
        if known is not None:
            return int(known.id)
        job_id = queue.enqueue(
            task=_TASK,
            arguments=arguments,
            label=path.name,
            now=now,
            account_id=account_id,
            owner_id=actor.user_id,
            tenant_id=tenant_id,
        )
        record(
            actor=actor,
            now=now,
            action="usage_import_started",
            object_kind="job",
            object_id=job_id,
            tenant_id=tenant_id,
            object_label=path.name,
            after={"file": path.name, "skip_bad": skip_bad},
        )
        return job_id
