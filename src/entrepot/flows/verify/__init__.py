"""The independent proof: what was delivered, charged, numbered and posted agrees (docs/billing.md, decision 9).

Nothing here shares a statement or a temporary table with the daily run, and nothing here writes, except that
`prove_run` keeps its report with the run.
"""

from collections.abc import Callable, Sequence
from datetime import date

from entrepot.domain.billing.models import BillingRun
from entrepot.flows.verify.checks import CHECKS
from entrepot.flows.verify.report import report_facts
from entrepot.flows.verify.runner import (
    VerifyRefused,
    chosen_checks,
    run_check,
    run_scope,
    second_replay,
    snapshot,
    whole_scope,
)
from entrepot.flows.verify.types import CheckResult, Finding, VerifyReport

__all__ = [
    "CHECKS",
    "CheckResult",
    "Finding",
    "VerifyRefused",
    "VerifyReport",
    "prove_run",
    "verify",
]

FINDINGS_MAX = 100


def verify(
    *,
    checks: Sequence[str] | None = None,
    day: date | None = None,
    findings_max: int = FINDINGS_MAX,
    say: Callable[[str], None] = lambda _name: None,
) -> VerifyReport:
    """Search the database for anything that contradicts the claims; read only, on one snapshot.

    `checks` are names of CHECKS, None for all. With `day` only what the completed run of that day touched is looked
    at, by the checks that can be restricted. Each check names at most `findings_max` findings and counts all. `say`
    is told the name of each check before it starts.
    Raises: VerifyRefused `verify_run_open`, `verify_check_unknown`, `verify_day_unknown`.
    """
    chosen = chosen_checks(checks)
    results = []
    with snapshot() as cursor:
        scope = whole_scope() if day is None else run_scope(day=day)
        for check in chosen:
            if not scope.whole and not check.for_run:
                continue
            say(check.name)
            result = run_check(cursor, check=check, scope=scope, findings_max=findings_max)
            if check.name == "replay":
                result = second_replay(
                    cursor, result=result, scope=scope, findings_max=findings_max
                )
            results.append(result)
    return VerifyReport(last_day=scope.last_day, day=day, checks=tuple(results))


def prove_run(*, run_id: int, findings_max: int = FINDINGS_MAX) -> VerifyReport:
    """Prove one completed run and keep the report in its row; repeating it replaces the report.

    Raises: VerifyRefused `verify_day_unknown` while the run is not done; BillingRun.DoesNotExist.
    """
    run = BillingRun.objects.get(id=run_id)
    report = verify(day=run.day, findings_max=findings_max)
    BillingRun.objects.filter(id=run_id).update(proof=report_facts(report))
    return report
