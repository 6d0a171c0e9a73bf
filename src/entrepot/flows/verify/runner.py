"""Run checks on one snapshot of the database and collect what they find."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun
from entrepot.flows.verify import replay
from entrepot.flows.verify.checks import CHECKS, Check
from entrepot.flows.verify.types import CheckResult, Finding
from entrepot.infra.db.sql import statement
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import IdKind, format_id

_PUBLIC = {
    "subscription": IdKind.SUBSCRIPTION,
    "invoice": IdKind.INVOICE,
    "credit_note": IdKind.CREDIT_NOTE,
    "charge": IdKind.CHARGE,
    "account": IdKind.ACCOUNT,
    "usage_total": IdKind.USAGE,
}


class VerifyRefused(Refused):
    """The proof cannot be made now or as asked."""

    codes = frozenset(
        {
            "verify_run_open",
            "verify_check_unknown",
            "verify_day_unknown",
            "verify_seller_unknown",
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is looked at: everything up to the last completed day, or what one run touched."""

    last_day: date | None
    from_day: date
    to_day: date
    whole: bool


@contextmanager
def snapshot() -> Iterator[Any]:
    """Give a cursor of a read-only transaction that sees one state of the database, whatever others do meanwhile."""
    inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not inside:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")
        yield cursor


def chosen_checks(names: Sequence[str] | None) -> list[Check]:
    """Return the checks with these names, all for None.

    Raises: VerifyRefused `verify_check_unknown`.
    """
    unknown = [name for name in names or () if name not in CHECKS]
    if unknown:
        raise VerifyRefused(
            "verify_check_unknown",
            "There is no check named {name}.",
            next_step="Choose from: {names}.",
            name=unknown[0],
            names=", ".join(CHECKS),
        )
    return [check for check in CHECKS.values() if names is None or check.name in names]


def whole_scope() -> Scope:
    """Return the scope of everything.

    Raises: VerifyRefused `verify_run_open` while a run is unfinished: its documents are half written.
    """
    running = BillingRun.objects.exclude(step=RunStep.DONE).order_by("day").first()
    if running is not None:
        raise VerifyRefused(
            "verify_run_open",
            "The run of {day} is not finished, so its documents are not complete.",
            object=format_id(kind=IdKind.BILLING_RUN, number=running.id),
            next_step="Bill {day} again: it goes on where it stopped. Then verify.",
            day=running.day,
        )
    return Scope(last_day=_last_day(), from_day=date.min, to_day=date.max, whole=True)


def run_scope(*, day: date) -> Scope:
    """Return the scope of the completed run of a day.

    Raises: VerifyRefused `verify_day_unknown`.
    """
    run = BillingRun.objects.filter(day=day, step=RunStep.DONE).first()
    if run is None:
        raise VerifyRefused(
            "verify_day_unknown",
            "{day} was not billed or its run is not finished.",
            next_step="Bill {day} first, or verify without a day.",
            day=day,
        )
    # Balances and holds are those of now: they are judged as of the last completed day, not of an earlier run's.
    return Scope(last_day=_last_day(), from_day=run.first_day, to_day=day, whole=False)


def _last_day() -> date | None:
    done = BillingRun.objects.filter(step=RunStep.DONE)
    return done.order_by("-day").values_list("day", flat=True).first()


def run_check(
    cursor: Any,
    *,
    check: Check,
    scope: Scope,
    findings_max: int,
    clock: Callable[[], float] = perf_counter,
) -> CheckResult:
    """Search for what contradicts one claim."""
    began = clock()
    figures: dict[str, str] = {}
    findings: list[Finding] = []
    total = 0
    for package, name in check.statements:
        found = statement(package, name)
        values: dict[str, object] = {
            # Before the first run no day is complete, and nothing can be late.
            "last_day": scope.last_day or date(1, 1, 2),
            "from_day": scope.from_day,
            "to_day": scope.to_day,
            "whole": scope.whole,
            "findings_max": findings_max,
        }
        counted = 0
        for row in found.rows(cursor, **{key: values[key] for key in found.parameters}):
            problem, object_kind, object_id, facts, counted_here = row
            if problem is None:
                figures |= _texts(facts)
            else:
                counted = counted_here
                findings.append(_finding(problem, object_kind, object_id, _texts(facts)))
        total += counted
    return CheckResult(
        name=check.name,
        claim=check.claim,
        figures=figures,
        findings=tuple(findings[:findings_max]),
        findings_total=total,
        seconds=clock() - began,
    )


def _finding(problem: str, kind: str, number: int, facts: dict[str, str]) -> Finding:
    return Finding(
        problem=problem,
        object_kind=kind,
        object_id=number,
        reference=_reference(kind=kind, number=number),
        facts=facts,
    )


def _reference(*, kind: str, number: int) -> str:
    public = _PUBLIC.get(kind)
    if public is None or number < 1:
        return f"{kind.replace('_', ' ')} {number}"
    return format_id(kind=public, number=number)


def _texts(facts: Any) -> dict[str, str]:
    """Read the JSON of a row without passing a number through a float."""
    values = json.loads(facts, parse_float=str, parse_int=str)
    return {key: "-" if value is None else str(value) for key, value in values.items()}


def second_replay(
    cursor: Any, *, result: CheckResult, scope: Scope, findings_max: int
) -> CheckResult:
    """Add to the result of the replay what `kernel.money` says about a sample and about all charges that were named."""
    doubted = {finding.object_id for finding in result.findings}
    ids = replay.sample_ids(cursor, from_day=scope.from_day, to_day=scope.to_day)
    count, findings = replay.replayed(ids=doubted | set(ids))
    # Where not all are named, those that the kernel finds may have been counted already.
    all_named = result.findings_total == len(result.findings)
    fresh = [finding for finding in findings if all_named and finding.object_id not in doubted]
    return CheckResult(
        name=result.name,
        claim=result.claim,
        figures={**result.figures, "charges_replayed_by_kernel": str(count)},
        findings=(*result.findings, *fresh)[:findings_max],
        findings_total=result.findings_total + len(fresh),
        seconds=result.seconds,
    )
