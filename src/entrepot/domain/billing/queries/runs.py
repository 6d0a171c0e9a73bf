"""Reads of billing runs: the list by day, and what one run did, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from entrepot.domain.billing.lifecycle import DocumentKind, RunStep
from entrepot.domain.billing.models import BillingRun, Invoice, Quarantine, Rehearsal, RunChunk
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Viewer

LIMIT_MAX = 200
WORKING_STEPS = tuple(step for step in RunStep if step is not RunStep.DONE)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list. `aside` were put aside by it, `open` of them are not billed yet; `seconds` is work time.

    `is_proved` is None while nobody has proved the run.
    """

    id: int
    day: date
    step: RunStep
    due: int
    documents: int
    lines: int
    aside: int
    open: int
    seconds: float
    workers: int
    started_at: datetime
    started_by: str
    is_proved: bool | None

    @property
    def is_done(self) -> bool:
        """Whether every step is finished."""
        return self.step is RunStep.DONE


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first; `older` and `newer` are days to continue from, None at the ends."""

    rows: tuple[RunRow, ...]
    older: date | None
    newer: date | None


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What the chunks of one step measured so far; `seconds` adds up the work of all workers."""

    step: RunStep
    chunks: int
    done: int
    rows: int
    seconds: float
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run: its row, its steps in order, and its documents by kind.

    `proof` is the report of `flows.verify` as JSON values, empty while nobody proved the run. `rehearsed_at` is set
    when a rehearsal of the day had the same result.
    """

    row: RunRow
    first_day: date
    finished_at: datetime | None
    steps: tuple[StepFacts, ...]
    invoices: int
    credit_notes: int
    proof: Mapping[str, Any]
    fingerprint: str
    rehearsed_at: datetime | None


def list_runs(
    viewer: Viewer, *, limit: int, before: date | None = None, after: date | None = None
) -> RunPage:
    """Return runs by day, newest first: those before a day, or the ones next after it; at most 200."""
    size = min(limit, LIMIT_MAX)
    runs = visible(viewer, BillingRun)
    if after is not None:
        found = list(runs.filter(day__gt=after).order_by("day")[: size + 1])
        has_newer, has_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        older = runs.filter(day__lt=before) if before is not None else runs
        found = list(older.order_by("-day")[: size + 1])
        has_newer, has_older = before is not None, len(found) > size
        found = found[:size]
    rows = _rows(viewer, found)
    return RunPage(
        rows=rows,
        older=rows[-1].day if rows and has_older else None,
        newer=rows[0].day if rows and has_newer else None,
    )


def open_quarantine(viewer: Viewer) -> int:
    """Count the subscriptions that could not be billed and are not billed yet."""
    return visible(viewer, Quarantine).filter(resolved_on=None).count()


def run_of_day(viewer: Viewer, *, day: date) -> RunFacts:
    """Return the run of a day. Raises: NoSuchObject."""
    run = visible(viewer, BillingRun).filter(day=day).first()
    if run is None:
        raise NoSuchObject(object=f"run of {day}")
    kinds = Invoice.objects.filter(statement_on__range=(run.first_day, run.day)).aggregate(
        invoices=Count("id", filter=Q(kind=DocumentKind.INVOICE)),
        notes=Count("id", filter=Q(kind=DocumentKind.CREDIT_NOTE)),
    )
    return RunFacts(
        row=_rows(viewer, [run])[0],
        first_day=run.first_day,
        finished_at=run.finished_at,
        steps=_steps(viewer, run_id=run.id),
        invoices=kinds["invoices"],
        credit_notes=kinds["notes"],
        proof=run.proof,
        fingerprint=run.fingerprint,
        rehearsed_at=_rehearsed_at(viewer, run),
    )


def has_run(viewer: Viewer, *, day: date) -> bool:
    """Tell whether a run of a day was ever begun."""
    return visible(viewer, BillingRun).filter(day=day).exists()


def _rehearsed_at(viewer: Viewer, run: BillingRun) -> datetime | None:
    if not run.fingerprint:
        return None
    same = visible(viewer, Rehearsal).filter(day=run.day, fingerprint=run.fingerprint)
    return (
        same.exclude(totals__contains={"source": "run"})
        .order_by("-id")
        .values_list("made_at", flat=True)
        .first()
    )


def _rows(viewer: Viewer, runs: Sequence[BillingRun]) -> tuple[RunRow, ...]:
    ids = [run.id for run in runs]
    seconds = dict(
        visible(viewer, RunChunk)
        .filter(run_id__in=ids)
        .values_list("run_id")
        .annotate(total=Sum("seconds"))
    )
    aside = _aside(ids)
    return tuple(
        RunRow(
            id=run.id,
            day=run.day,
            step=RunStep(run.step),
            due=run.due,
            documents=run.documents,
            lines=run.lines,
            aside=aside.get(run.id, (0, 0))[0],
            open=aside.get(run.id, (0, 0))[1],
            seconds=seconds.get(run.id) or 0.0,
            workers=run.workers,
            started_at=run.started_at,
            started_by=run.started_by,
            is_proved=bool(run.proof.get("proved")) if run.proof else None,
        )
        for run in runs
    )


def _aside(run_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Count who was put aside by each run, and who of them still is: every run tries all open ones again."""
    with connection.cursor() as cursor:
        # Rows of one span are added up first: a page of runs meets most of them in several runs.
        cursor.execute(
            """
            WITH run AS MATERIALIZED (SELECT id, first_day, day FROM billing_run WHERE id = ANY(%s)),
            span AS MATERIALIZED (
                SELECT first_day, last_day, count(*) AS rows, count(*) FILTER (WHERE resolved_on IS NULL) AS still
                FROM quarantine
                WHERE last_day >= (SELECT min(first_day) FROM run) AND first_day <= (SELECT max(day) FROM run)
                GROUP BY first_day, last_day
            )
            SELECT run.id, sum(span.rows)::bigint, sum(span.still)::bigint
            FROM run
            INNER JOIN span ON span.last_day >= run.first_day AND span.first_day <= run.day
            GROUP BY run.id
            """,
            [run_ids],
        )
        return {run: (count, still) for run, count, still in cursor.fetchall()}


def _steps(viewer: Viewer, *, run_id: int) -> tuple[StepFacts, ...]:
    """Add up the chunks of each working step; a step that has not begun has no chunks."""
    found: dict[str, list[tuple[bool, int, float, dict[str, int]]]] = {}
    chunks = visible(viewer, RunChunk).filter(run_id=run_id)
    for step, *measured in chunks.values_list("step", "is_done", "rows", "seconds", "counts"):
        found.setdefault(step, []).append(tuple(measured))
    return tuple(_step(step, found.get(step, [])) for step in WORKING_STEPS)


def _step(
    step: RunStep, measured: Sequence[tuple[bool, int, float, Mapping[str, int]]]
) -> StepFacts:
    counts: dict[str, int] = {}
    for _, _, _, chunk in measured:
        for name, rows in chunk.items():
            counts[name] = counts.get(name, 0) + rows
    return StepFacts(
        step=step,
        chunks=len(measured),
        done=sum(is_done for is_done, *_ in measured),
        rows=sum(rows for _, rows, _, _ in measured),
        seconds=sum(seconds for _, _, seconds, _ in measured),
        counts=counts,
    )
