"""Take chunks of an open run until it is done. Any number of workers may do this at once, on any machine.

A chunk's row is locked, worked and marked as done in one transaction, so a killed worker leaves nothing behind and
running again is the recovery.
"""

import json
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Any

from django.db import OperationalError, connection, transaction

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun
from entrepot.flows.daily_billing import documents, planning, rating
from entrepot.flows.daily_billing.session import RunSession
from entrepot.infra.failpoints import failpoint

_WORK: dict[RunStep, Callable[[RunSession], int]] = {
    RunStep.RATE: rating.rate_range,
    RunStep.TOTAL: documents.total_range,
    RunStep.NUMBER: documents.number_range,
    RunStep.POST: documents.post_range,
    RunStep.SETTLE: documents.settle,
}
_SPARSE_BELOW = 0.2
_REPEATS_MAX = 20
_SERIALIZATION, _DEADLOCK = "40001", "40P01"


def work(*, run_id: int, now: datetime, schema: str | None = None) -> None:
    """Work on a run until it is done."""
    run = _read_run(run_id=run_id, schema=schema)
    sparse = _is_sparse(run=run, schema=schema)
    step = RunStep(run.step)
    while step is not RunStep.DONE:
        if not _work_one(run=run, step=step, now=now, schema=schema, sparse=sparse):
            step = _next_step(run_id=run_id, step=step, schema=schema)
    with transaction.atomic():
        _enter(schema)
        planning.finish(run_id=run_id, now=now)


def _enter(schema: str | None) -> None:
    if schema:
        connection.cursor().execute(f"SET LOCAL search_path = {schema}, public")


def _read_run(*, run_id: int, schema: str | None) -> BillingRun:
    with transaction.atomic():
        _enter(schema)
        return BillingRun.objects.get(id=run_id)


def _is_sparse(*, run: BillingRun, schema: str | None) -> bool:
    with transaction.atomic():
        _enter(schema)
        cursor = connection.cursor()
        cursor.execute(
            "SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'sub_billing'::regclass"
        )
        return bool(run.due / cursor.fetchone()[0] < _SPARSE_BELOW)


def _work_one(
    *, run: BillingRun, step: RunStep, now: datetime, schema: str | None, sparse: bool
) -> bool:
    """Do one free chunk of a step; False if none is free. A chunk that meets a concurrent change is repeated."""
    for _ in range(_REPEATS_MAX):
        try:
            with transaction.atomic():
                _enter(schema)
                return _do_chunk(run=run, step=step, now=now, schema=schema, sparse=sparse)
        except rating.ChangedMeanwhile:
            continue
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in (_SERIALIZATION, _DEADLOCK):
                raise
    raise rating.ChangedMeanwhile(
        f"a chunk of step {step} was changed by others {_REPEATS_MAX} times"
    )


def _do_chunk(
    *, run: BillingRun, step: RunStep, now: datetime, schema: str | None, sparse: bool
) -> bool:
    chunk = _take(run_id=run.id, step=step)
    if chunk is None:
        return False
    began = perf_counter()
    session = RunSession(
        day=run.day,
        first_day=run.first_day,
        now=now,
        step=step,
        schema=schema,
        id_from=chunk[1],
        id_to=chunk[2],
    )
    session.open(sparse=sparse)
    rows = _WORK[step](session)
    session.cursor.execute(
        "UPDATE run_chunk SET is_done = TRUE, rows = %s, seconds = %s, counts = %s::jsonb WHERE id = %s",
        [rows, perf_counter() - began, json.dumps(session.counts), chunk[0]],
    )
    failpoint(f"{step}.commit")
    return True


def _take(*, run_id: int, step: RunStep) -> Any:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT id, id_from, id_to FROM run_chunk WHERE run_id = %s AND step = %s::run_step AND NOT is_done "
        "ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED",
        [run_id, step],
    )
    return cursor.fetchone()


def _next_step(*, run_id: int, step: RunStep, schema: str | None) -> RunStep:
    """Wait for the chunks that others are working on, then go on."""
    with transaction.atomic():
        _enter(schema)
        connection.cursor().execute(
            "SELECT id FROM run_chunk WHERE run_id = %s AND step = %s::run_step AND NOT is_done FOR UPDATE",
            [run_id, step],
        )
    with transaction.atomic():
        _enter(schema)
        return planning.advance(run_id=run_id)
