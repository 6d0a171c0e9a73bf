"""Apply a large price list from a button: one job per upload, with its audit entry; and keep its wrong rows."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from entrepot.domain.catalog.kinds import ImportState
from entrepot.domain.catalog.models import PriceListImport
from entrepot.domain.catalog.pricelist.reader import read_price_list
from entrepot.domain.catalog.pricelist.rejects import write_rejected_rows
from entrepot.flows.bill import hub_today
from entrepot.flows.price_import import PriceListOutcome, apply_price_list, business_date
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.failpoints import failpoint
from entrepot.infra.tasks import queue
from entrepot.infra.tasks.models import Job
from entrepot.infra.tasks.queue import RunningJob

TASK = "import_prices"
ROWS_AT_ONCE_MAX = 5_000
READING, APPLYING = "reading", "applying"
_STARTING_KEY = 1


def start_price_import(
    *,
    path: Path,
    name: str,
    skip_bad: bool,
    language: str,
    actor: Actor,
    account_id: int,
    tenant_id: int,
    now: datetime,
) -> int:
    """Start applying a list that lies on the server's disk; return the job.

    `language` is that of the reasons of wrong rows. A second start for the same path returns the job of
    the first one and records nothing.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.PRICE_IMPORT, ids=[_STARTING_KEY])
        known = Job.objects.filter(task=TASK, arguments__path=str(path)).order_by("id").first()
        if known is not None:
            return int(known.id)
        job_id = queue.enqueue(
            task=TASK,
            arguments={
                "path": str(path),
                "name": name,
                "skip_bad": skip_bad,
                "language": language,
                "actor_name": actor.name,
            },
            label=name,
            now=now,
            account_id=account_id,
            owner_id=actor.user_id,
            tenant_id=tenant_id,
        )
        record(
            actor=actor,
            now=now,
            action="price_import_started",
            object_kind="job",
            object_id=job_id,
            tenant_id=tenant_id,
            object_label=name,
            after={"file": name, "skip_bad": skip_bad},
        )
        return job_id


def do_import_prices(
    job: RunningJob, *, path: str, name: str, skip_bad: bool, language: str, actor_name: str
) -> Mapping[str, Any]:
    """Apply a list. A repetition after a killed worker finds the import of the first attempt.

    `import` is None when the catalogue says everything already and no import of this file is known.
    """
    with translation.override(language):
        job.progress(0, 2, READING)
        parsed = read_price_list(Path(path), name=name, translate=translation.gettext)
        job.progress(1, 2, f"{APPLYING} {parsed.row_count}")
        outcome = apply_price_list(
            parsed=parsed,
            actor=Actor(
                user_id=job.owner_id,
                name=actor_name,
                channel="task",
                on_behalf_of_id=job.account_id,
            ),
            now=job.now,
            today=business_date(today=hub_today(now=job.now)),
            skip_bad=skip_bad,
            translate=translation.gettext,
        )
        failpoint("price_import.committed")
        number = outcome.import_id or _known_import(outcome)
        if number is not None:
            keep_rejected_rows(outcome, import_id=number)
    return {"import": number, "changed": outcome.import_id is not None}


def keep_rejected_rows(outcome: PriceListOutcome, *, import_id: int) -> None:
    """Keep the rows that an import left out beside the uploads, for its page; in the active language."""
    parsed = outcome.preview.parsed
    if not parsed.rejected:
        return
    path = rejected_rows_path(import_id=import_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        write_rejected_rows(parsed, stream=stream, translate=translation.gettext)


def rejected_rows_path(*, import_id: int) -> Path:
    """Say where the rows that an import left out are kept; the file exists only if there were some."""
    return Path(settings.DATA) / "uploads" / "rejected" / f"price-list-{import_id}.csv"


def _known_import(outcome: PriceListOutcome) -> int | None:
    found = PriceListImport.objects.filter(
        sha256=outcome.preview.parsed.sha256,
        state__in=(ImportState.APPLIED, ImportState.APPLIED_WITH_REJECTS),
    )
    return found.order_by("-id").values_list("id", flat=True).first()
