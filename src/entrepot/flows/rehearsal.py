"""Rehearse the billing of a day: the same statements in a scratch schema, compared with each previous period.

The scratch schema comes first in the search path, so every statement of the run reads and writes copies of the rows it
may change and takes no lock on live ones (decision 24). It is dropped at the end, whatever happens.
"""

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun, Rehearsal
from entrepot.flows.daily_billing import CHUNK_SIZE, RunRefused, business_date, work_together
from entrepot.flows.daily_billing.planning import check_span, open_run
from entrepot.flows.period_differences import compare, fingerprint

AHEAD_DAYS_MAX = 366

# What is due, and what was billed ahead for these days after a correction (flows/retry.py).
_DUE = """(
    SELECT subscription_id FROM public.sub_billing WHERE due_on <= %(day)s
    UNION
    SELECT subscription_id FROM public.charge WHERE statement_on >= %(first)s AND billed_on >= %(first)s
)"""
_DUE_ITEMS = f"(SELECT id FROM public.subscription_item WHERE subscription_id IN {_DUE})"

COPIED: dict[str, str] = {
    # Table -> which live rows the run of the day may read or change. "false" copies the shape only.
    "account": "true",
    "agreed_price": f"item_id IN {_DUE_ITEMS}",
    "allocation": "false",
    "balance": "true",
    "billing_run": "step = 'done' AND day = (SELECT max(day) FROM public.billing_run WHERE step = 'done')",
    "charge": (
        "(statement_on >= %(first)s AND (statement_on <= %(day)s OR billed_on >= %(first)s)) "
        f"OR (item_id IN {_DUE_ITEMS} AND period_start >= %(first)s::date - 800)"
    ),
    "credit_state": "true",
    "document_tax": "false",
    "hold_event": "false",
    "invoice": "open_amount > 0",
    "invoice_line": "false",
    "notice_given": "false",
    "number_series": "true",
    "outbox_event": "false",
    "quantity_change": f"subscription_id IN {_DUE}",
    "quarantine": "resolved_on IS NULL",
    "run_chunk": "false",
    "service_span": f"subscription_id IN {_DUE} AND ends_on IS NULL",
    "sub_billing": f"subscription_id IN {_DUE}",
    "subscription": f"id IN {_DUE}",
    "subscription_event": "false",
    "subscription_item": f"subscription_id IN {_DUE}",
    "subscription_money": f"subscription_id IN {_DUE}",
    "term": f"subscription_id IN {_DUE}",
    "term_calendar": f"subscription_id IN {_DUE}",
    "transfer": "false",
    "usage_total": f"subscription_id IN {_DUE}",
}


def rehearse(
    *,
    day: date,
    now: datetime,
    actor_name: str,
    workers: int = 1,
    chunk_size: int = CHUNK_SIZE,
    say: Callable[[str], None] = lambda _text: None,
) -> int:
    """Rehearse every day from the business date up to `day`; store totals and differences of `day`; return the id.

    Live rows are read but never locked or changed. Raises: RunRefused `billing_date_earlier` for a closed day, and as
    `check_span` for one more than a year ahead.
    """
    began = perf_counter()
    first = business_date() or day
    if day < first:
        raise RunRefused(
            "billing_date_earlier",
            "{day} cannot be rehearsed: every day before {expected} is closed.",
            next_step="Rehearse {expected} or a later day.",
            day=day,
            expected=first,
        )
    check_span(first=first, last=day, days_max=AHEAD_DAYS_MAX)
    schema = f"rehearsal_{secrets.token_hex(6)}"
    say(f"copying what is due up to {day}")
    _make_scratch(schema=schema, first=first, day=day)
    try:
        for offset in range((day - first).days):
            before = first + timedelta(days=offset)
            say(f"rehearsing {before}")
            _rehearse_day(
                schema=schema, day=before, now=now, workers=workers, chunk_size=chunk_size
            )
        say(f"rehearsing {day}")
        run = _rehearse_day(schema=schema, day=day, now=now, workers=workers, chunk_size=chunk_size)
        say("comparing with the previous periods")
        facts = _compare(schema=schema, day=day)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    stored = Rehearsal.objects.create(
        day=day,
        made_at=now,
        made_by=actor_name,
        seconds=perf_counter() - began,
        due=run.due,
        charges=run.charges,
        documents=run.documents,
        quarantined=run.quarantined,
        **facts,
    )
    return stored.id


def _make_scratch(*, schema: str, first: date, day: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        for table, rows in COPIED.items():
            cursor.execute(
                f"CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING DEFAULTS INCLUDING INDEXES)"
            )
            cursor.execute(
                "SELECT pg_get_serial_sequence(%s, 'id')", [f"public.{table}"]
            ) if _has_id(cursor, table) else cursor.execute("SELECT NULL")
            sequence = cursor.fetchone()[0]
            if sequence:
                cursor.execute(
                    f"ALTER TABLE {schema}.{table} ALTER COLUMN id SET DEFAULT nextval('{sequence}')"
                )
            if rows != "false":
                cursor.execute(
                    f"INSERT INTO {schema}.{table} SELECT * FROM public.{table} WHERE {rows}",
                    {"first": first, "day": day},
                )
            cursor.execute(f"ANALYZE {schema}.{table}")


def _has_id(cursor: Any, table: str) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'id')",
        [f"public.{table}"],
    )
    return bool(cursor.fetchone()[0])


def _rehearse_day(
    *, schema: str, day: date, now: datetime, workers: int, chunk_size: int
) -> BillingRun:
    with transaction.atomic():
        _enter(schema)
        run = open_run(
            day=day,
            now=now,
            chunk_size=chunk_size,
            workers=workers,
            actor_name="rehearsal",
            allow_missed=False,
        )
    work_together(run_id=run.id, now=now, workers=workers, schema=schema)
    with transaction.atomic():
        _enter(schema)
        return BillingRun.objects.get(id=run.id)


def _enter(schema: str) -> None:
    connection.cursor().execute(f"SET LOCAL search_path = {schema}, public")


def _compare(*, schema: str, day: date) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        _enter(schema)
        facts = compare(cursor, day=day)
        return {**facts, "fingerprint": fingerprint(cursor, day=day)}


def note_fingerprint(*, run_id: int) -> str:
    """Keep the digest of what a completed run made in its row, once; return what is kept there.

    It tells whether a rehearsal of that day had the same result. Call it right after the run: later retries and
    payments belong to the next day. Raises: BillingRun.DoesNotExist for a run that is not done.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        run = BillingRun.objects.select_for_update().get(id=run_id, step=RunStep.DONE)
        if not run.fingerprint:
            run.fingerprint = fingerprint(cursor, day=run.day)
            BillingRun.objects.filter(id=run_id).update(fingerprint=run.fingerprint)
        return run.fingerprint


def compare_run(*, run_id: int, now: datetime, actor_name: str) -> int:
    """Compare what a completed run billed with the previous periods; store it like a rehearsal and return the id.

    `totals.source` is then "run". Reads the live charges of that day without locking them.
    Raises: BillingRun.DoesNotExist for a run that is not done.
    """
    began = perf_counter()
    run = BillingRun.objects.get(id=run_id, step=RunStep.DONE)
    with transaction.atomic(), connection.cursor() as cursor:
        facts = compare(cursor, day=run.day)
    facts["totals"]["source"] = "run"
    return Rehearsal.objects.create(
        day=run.day,
        made_at=now,
        made_by=actor_name,
        seconds=perf_counter() - began,
        due=run.due,
        charges=run.charges,
        documents=run.documents,
        quarantined=run.quarantined,
        fingerprint=run.fingerprint,
        **facts,
    ).id
