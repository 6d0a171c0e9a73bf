"""The report, the proof kept with a run, the limits of one run, and the command."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from entrepot.domain.billing.models import BillingRun
from entrepot.flows.verify import CHECKS, VerifyRefused, prove_run, verify
from entrepot.flows.verify.problems import PROBLEMS
from entrepot.flows.verify.report import report_facts, report_text
from entrepot.infra.db.sql import statement
from tests.flows.verify.conftest import LAST, sql
from tests.flows.verify.faults import FAULTS, charge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("billed")]

_APRIL = "2026-04-01"


def _run_of(day: str) -> BillingRun:
    return BillingRun.objects.get(day=day)


def test_the_run_of_every_day_is_proved_and_keeps_its_proof() -> None:
    for run in BillingRun.objects.order_by("day"):
        report = prove_run(run_id=run.id)

        assert report.is_proved, report_text(report)
        run.refresh_from_db()
        assert run.proof["proved"] is True
        assert run.proof["day"] == run.day.isoformat()
        assert {check["name"] for check in run.proof["checks"]} == {
            check.name for check in CHECKS.values() if check.for_run
        }


def test_the_proof_of_a_run_names_what_that_run_did_not_charge() -> None:
    sql(f"DELETE FROM charge WHERE id = {charge(2, 1, start=_APRIL)}")

    report = prove_run(run_id=_run_of(_APRIL).id)

    [coverage, *_] = report.checks
    [finding] = coverage.findings
    assert (finding.problem, finding.reference) == ("days_not_charged", "SUB-2")
    # April has 30 days.
    assert (finding.facts["from"], finding.facts["to"]) == ("2026-04-01", "2026-04-30")
    assert (finding.facts["days"], finding.facts["quantity"]) == ("30", "3")
    assert _run_of(_APRIL).proof["proved"] is False


def test_the_proof_of_a_run_does_not_look_at_other_days() -> None:
    sql(f"UPDATE charge SET net = net + 0.01 WHERE id = {charge(2, 1)}")

    assert verify(day=LAST).is_proved
    assert not verify(checks=["replay"]).is_proved


def test_a_report_counts_all_findings_and_names_the_first_ones() -> None:
    sql("UPDATE charge SET tax = tax + 0.01")

    report = verify(checks=["replay"], findings_max=3)

    [replay] = report.checks
    assert len(replay.findings) == 3
    assert replay.findings_total == sql("SELECT count(*) FROM charge")
    assert f"and {replay.findings_total - 3} more." in report_text(report)


def test_every_problem_of_a_statement_has_a_sentence_that_can_be_filled() -> None:
    named = {fault.problem for fault in FAULTS}

    assert named <= set(PROBLEMS)
    for check in CHECKS.values():
        for package, name in check.statements:
            text = statement(package, name).text
            assert [problem for problem in PROBLEMS if f"'{problem}'" in text], name


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_the_report_of_a_fault_is_complete_text_and_json(fault: Any) -> None:
    for act in fault.acts:
        sql(act)

    report = verify()

    text = report_text(report)
    assert "{" not in text
    assert f"Not proved: {report.findings_total} findings." in text
    facts = json.loads(json.dumps(report_facts(report)))
    assert facts["proved"] is False
    assert fault.problem in {f["problem"] for check in facts["checks"] for f in check["findings"]}


def test_an_unfinished_run_is_refused_with_what_to_do() -> None:
    sql(f"UPDATE billing_run SET step = 'post' WHERE day = '{LAST}'")

    with pytest.raises(VerifyRefused) as refused:
        verify()

    assert refused.value.code == "verify_run_open"
    assert "2026-04-05" in refused.value.text()


def test_an_unknown_check_is_refused_with_the_known_ones() -> None:
    with pytest.raises(VerifyRefused) as refused:
        verify(checks=["coverages"])

    assert refused.value.code == "verify_check_unknown"
    assert "coverage, unbilled" in refused.value.text()


def test_a_day_without_run_is_refused() -> None:
    with pytest.raises(VerifyRefused) as refused:
        verify(day=LAST.replace(day=6))

    assert refused.value.code == "verify_day_unknown"


def test_the_command_ends_well_and_says_that_it_is_proved(tmp_path: Path) -> None:
    out, books = StringIO(), tmp_path / "books.beancount"

    call_command("verify", books=books, stdout=out, stderr=StringIO())

    assert "Proved: no check found anything." in out.getvalue()
    assert "Books written to" in out.getvalue()
    assert books.stat().st_size > 1000


def test_the_command_ends_with_1_and_names_the_object_as_json() -> None:
    sql(f"DELETE FROM charge WHERE id = {charge(2, 1)}")
    out = StringIO()

    with pytest.raises(SystemExit) as left:
        call_command("verify", json=True, check=["coverage"], stdout=out)

    assert left.value.code == 1
    [check] = json.loads(out.getvalue())["checks"]
    assert [finding["object"] for finding in check["findings"]] == ["SUB-2"]


def test_books_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    from entrepot.ops.management.commands.verify import BooksNotWritten

    with pytest.raises(BooksNotWritten) as refused:
        call_command("verify", books=tmp_path / "none" / "books", stdout=StringIO())

    assert refused.value.code == "verify_books_not_written"
