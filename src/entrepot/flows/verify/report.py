"""The report of a proof as text for people and as JSON values for programs."""

from collections.abc import Callable

from entrepot.flows.verify.problems import PROBLEMS
from entrepot.flows.verify.types import CheckResult, Finding, VerifyReport


def finding_text(finding: Finding, *, translate: Callable[[str], str] = str) -> str:
    """Write one finding as its sentence; `translate` turns an English template into another language."""
    template = translate(PROBLEMS[finding.problem].message)
    return template.format_map({**finding.facts, "object": finding.reference})


def next_step_text(finding: Finding, *, translate: Callable[[str], str] = str) -> str:
    """Write what to do about a finding."""
    return translate(PROBLEMS[finding.problem].next_step)


def report_text(report: VerifyReport, *, translate: Callable[[str], str] = str) -> str:
    """Write the whole report as lines: each check with its figures, then its findings and what to do."""
    lines = [_scope_text(report, translate)]
    for check in report.checks:
        lines += ["", *_check_lines(check, translate)]
    if report.is_proved:
        lines += ["", translate("Proved: no check found anything.")]
    else:
        template = translate("Not proved: {count} findings.")
        lines += ["", template.format(count=report.findings_total)]
    return "\n".join(lines)


def _scope_text(report: VerifyReport, translate: Callable[[str], str]) -> str:
    if report.day is not None:
        return translate("Proof of the run of {day}.").format(day=report.day)
    if report.last_day is None:
        return translate("Proof of the books; no day was billed yet.")
    return translate("Proof of the books up to {day}.").format(day=report.last_day)


def _check_lines(check: CheckResult, translate: Callable[[str], str]) -> list[str]:
    mark = translate("proved") if check.is_proved else translate("NOT PROVED")
    figures = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in check.figures.items()
    )
    lines = [
        f"{check.name}: {mark} ({check.seconds:.1f} s)",
        f"  {translate(check.claim)}",
        f"  {figures}",
    ]
    steps: list[str] = []
    for finding in check.findings:
        lines.append(f"  - {finding_text(finding, translate=translate)}")
        step = next_step_text(finding, translate=translate)
        steps += [step] if step not in steps else []
    hidden = check.findings_total - len(check.findings)
    if hidden > 0:
        lines.append("  - " + translate("and {count} more.").format(count=hidden))
    return lines + [f"  > {step}" for step in steps]


def report_facts(report: VerifyReport) -> dict[str, object]:
    """Give the whole report as JSON values; amounts are text."""
    return {
        "proved": report.is_proved,
        "last_day": report.last_day.isoformat() if report.last_day else None,
        "day": report.day.isoformat() if report.day else None,
        "findings_total": report.findings_total,
        "checks": [_check_facts(check) for check in report.checks],
    }


def _check_facts(check: CheckResult) -> dict[str, object]:
    return {
        "name": check.name,
        "claim": check.claim,
        "proved": check.is_proved,
        "figures": dict(check.figures),
        "findings_total": check.findings_total,
        "seconds": round(check.seconds, 3),
        "findings": [
            {
                "problem": finding.problem,
                "object": finding.reference,
                "object_kind": finding.object_kind,
                "object_id": finding.object_id,
                "facts": dict(finding.facts),
                "message": finding_text(finding),
                "next_step": next_step_text(finding),
            }
            for finding in check.findings
        ],
    }
