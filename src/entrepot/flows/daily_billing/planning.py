"""Open the run of a day, cut each step into chunks, and go on to the next step when all are done."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun
from entrepot.infra.db.locks import Space, lock_all
from entrepot.kernel.errors import Refused

LINES_PER_CHUNK = 100_000
_PARTS = 4
"""So many parts make a chunk."""
_PARTS_APART = 2
"""So many parts at the end of a step stay chunks of their own for each worker."""
FIRST_YEAR = 2000
LAST_YEAR = 2099
_NEXT = {
    RunStep.RATE: RunStep.TOTAL,
    RunStep.TOTAL: RunStep.NUMBER,
    RunStep.NUMBER: RunStep.POST,
    RunStep.POST: RunStep.SETTLE,
    RunStep.SETTLE: RunStep.DONE,
}
_BIGGEST = 9_223_372_036_854_775_807

_PLAN = {
    # Each list of boundaries covers the whole range of ids, so that a row that appears meanwhile is in some chunk.
    RunStep.RATE: """
        SELECT min(id) FROM (
            SELECT subscription_id AS id, (row_number() OVER (ORDER BY subscription_id) - 1) / %(size)s AS chunk
            FROM sub_billing WHERE due_on <= %(day)s
        ) AS due GROUP BY chunk ORDER BY 1
    """,
    RunStep.TOTAL: """
        SELECT min(id) FROM (
            SELECT id, div(sum(charges) OVER (ORDER BY id) - charges, %(size)s * 5) AS chunk
            FROM (
                SELECT billing_account_id AS id, count(*) AS charges FROM charge
                WHERE statement_on BETWEEN %(first)s AND %(day)s
                GROUP BY billing_account_id
            ) AS account
        ) AS spread GROUP BY chunk ORDER BY 1
    """,
    RunStep.NUMBER: """
        SELECT min(id) FROM (
            SELECT id, div(sum(documents) OVER (ORDER BY id) - documents, %(size)s) AS chunk
            FROM (
                SELECT seller_id AS id, count(*) AS documents FROM document_tax
                WHERE statement_on BETWEEN %(first)s AND %(day)s
                GROUP BY seller_id
            ) AS seller
        ) AS spread GROUP BY chunk ORDER BY 1
    """,
    RunStep.POST: """
        SELECT min(id) FROM (
            SELECT id, div(sum(lines) OVER (ORDER BY id) - lines, %(lines)s) AS chunk
            FROM invoice WHERE statement_on BETWEEN %(first)s AND %(day)s
        ) AS spread GROUP BY chunk ORDER BY 1
    """,
    RunStep.SETTLE: "SELECT 0",
}


class RunRefused(Refused):
    """A run of that day cannot be started."""

    codes = frozenset(
        {
            "billing_date_earlier",
            "billing_date_skipped",
            "billing_date_future",
            "billing_date_unusable",
            "billing_date_far",
        }
    )


def check_span(*, first: date, last: date, days_max: int) -> None:
    """Refuse days outside the years that are billed, and more days than `days_max` at once.

    A slip of the finger in a year would otherwise bill or rehearse for as long as nobody stops it.
    Raises: RunRefused `billing_date_unusable`, `billing_date_far`.
    """
    for day in (first, last):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise RunRefused(
                "billing_date_unusable",
                "{day} is outside of the years {first_year} to {last_year}.",
                next_step="Check the year.",
                day=day,
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            )
    if (last - first).days >= days_max:
        raise RunRefused(
            "billing_date_far",
            "From {first} to {last} there are more than {most} days.",
            next_step="Check the year, or take fewer days at once.",
            first=first,
            last=last,
            most=days_max,
        )


def business_date() -> date | None:
    """Return the day after the last completed run, None while no run was ever completed."""
    last = (
        BillingRun.objects.filter(step=RunStep.DONE)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )
    return last + timedelta(days=1) if last else None


def open_run(
    *, day: date, now: datetime, chunk_size: int, workers: int, actor_name: str, allow_missed: bool
) -> BillingRun:
    """Return the run of `day`, opened and cut into rating chunks if it did not exist.

    A completed run is returned as it is. Raises: RunRefused `billing_date_earlier`, `billing_date_skipped`.
    """
    with transaction.atomic():
        cursor = connection.cursor()
        lock_all(cursor, space=Space.BILLING_RUN, ids=[0])
        known = BillingRun.objects.filter(day=day).first()
        if known:
            return known
        _check_order(day=day, expected=business_date(), allow_missed=allow_missed)
        run = BillingRun.objects.create(
            day=day,
            first_day=business_date() or day,
            chunk_size=chunk_size,
            workers=workers,
            started_at=now,
            started_by=actor_name,
        )
        run.due = _plan(cursor, run=run, step=RunStep.RATE)
        BillingRun.objects.filter(id=run.id).update(due=run.due)
        return run


def _check_order(*, day: date, expected: date | None, allow_missed: bool) -> None:
    if expected is None or day == expected:
        return
    if day < expected:
        raise RunRefused(
            "billing_date_earlier",
            "{day} cannot be billed: every day before {expected} is closed.",
            next_step="Bill {expected}, the business date.",
            day=day,
            expected=expected,
        )
    if not allow_missed:
        raise RunRefused(
            "billing_date_skipped",
            "{day} cannot be billed before {expected}: days are billed in order.",
            next_step="Bill {expected} first, or every day up to {day} with --until {day}.",
            day=day,
            expected=expected,
        )


def advance(*, run_id: int) -> RunStep:
    """Go to the next step if every chunk of the current one is done; return the step that is current afterwards."""
    with transaction.atomic():
        run = BillingRun.objects.select_for_update().get(id=run_id)
        cursor = connection.cursor()
        cursor.execute(
            "SELECT EXISTS (SELECT FROM run_chunk WHERE run_id = %s AND step = %s::run_step AND NOT is_done)",
            [run_id, run.step],
        )
        if run.step is RunStep.DONE or cursor.fetchone()[0]:
            return RunStep(run.step)
        step = _NEXT[run.step]
        if step is not RunStep.DONE:
            _plan(cursor, run=run, step=step)
        BillingRun.objects.filter(id=run_id).update(step=step)
        return step


def finish(*, run_id: int, now: datetime) -> None:
    """Write what the run did into its row, once.

    `now` is when the run was begun or taken up again; it finished after the seconds that its chunks took,
    shared out over its workers.
    """
    with transaction.atomic():
        cursor = connection.cursor()
        cursor.execute(
            """
            UPDATE billing_run AS run SET
                finished_at = coalesce(finished_at, %(now)s + make_interval(secs => (
                    SELECT coalesce(sum(seconds), 0)::float FROM run_chunk WHERE run_id = run.id
                ) / greatest(run.workers, 1))),
                due = (SELECT coalesce(sum(rows), 0) FROM run_chunk WHERE run_id = run.id AND step = 'rate'),
                charges = (SELECT coalesce(sum((key.value)::bigint), 0) FROM run_chunk,
                    jsonb_each_text(counts) AS key
                    WHERE run_id = run.id AND step = 'rate' AND key.key LIKE 'billing.charge_%%'),
                documents = (SELECT count(*) FROM invoice WHERE statement_on BETWEEN run.first_day AND run.day),
                lines = (SELECT coalesce(sum(rows), 0) FROM run_chunk WHERE run_id = run.id AND step = 'post'),
                quarantined = (SELECT count(*) FROM quarantine WHERE resolved_on IS NULL)
            WHERE run.id = %(run)s AND run.step = 'done'
            """,
            {"now": now, "run": run_id},
        )


def _plan(cursor: Any, *, run: BillingRun, step: RunStep) -> int:
    """Cut a step into chunks of about `chunk_size` rows; return how many subscriptions are due (for rating)."""
    part = max(1, run.chunk_size // _PARTS)
    values = {
        "day": run.day,
        "first": run.first_day,
        "size": part,
        "lines": max(1, min(LINES_PER_CHUNK // _PARTS, 2 * part)),
    }
    cursor.execute(_PLAN[step], values)
    starts = _joined(
        [row[0] for row in cursor.fetchall()] or [0],
        together=min(_PARTS, run.chunk_size),
        apart=_PARTS_APART * run.workers,
    )
    starts[0] = 0
    ends = [start - 1 for start in starts[1:]] + [_BIGGEST]
    cursor.executemany(
        "INSERT INTO run_chunk (run_id, step, number, id_from, id_to, is_done, rows, seconds, counts) "
        "VALUES (%s, %s, %s, %s, %s, FALSE, 0, 0, '{}')",
        [
            (run.id, str(step), number, start, end)
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
        ],
    )
    if step is not RunStep.RATE:
        return 0
    cursor.execute("SELECT count(*) FROM sub_billing WHERE due_on <= %s", [run.day])
    return int(cursor.fetchone()[0])


def _joined(starts: list[int], *, together: int, apart: int) -> list[int]:
    """Join neighbouring parts of a step to chunks, but for the last ones.

    A chunk costs a little of its own, so parts are done `together`; a step ends when its slowest worker does, so the
    last parts stay `apart`, and whoever is ready first takes them.
    """
    whole = max(0, len(starts) - apart)
    return [*starts[:whole:together], *starts[whole:]]
