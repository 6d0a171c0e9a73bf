"""The proofs of a run: each claim with what was measured, those that do not hold first; and the whole report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.billing.queries.runs import run_of_day
from entrepot.domain.parties.roles import Capability
from entrepot.flows.billing_jobs import start_proof
from entrepot.flows.verify.problems import PROBLEMS
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links, words
from entrepot.web.screens.billing.starting import starter, token
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_FIGURES: Mapping[str, object] = {
    "allocations": _("uses of account credit"),
    "billing_accounts": _("billing accounts"),
    "charges_invoiced": _("charges on documents"),
    "charges_replayed": _("charges calculated again"),
    "charges_replayed_by_kernel": _("of them a second way"),
    "days_checked": _("service days checked"),
    "days_doubled": _("charged twice"),
    "days_missing": _("missing"),
    "documents": _("documents"),
    "held": _("held"),
    "lines": _("lines"),
    "lines_in_order": _("lines in order"),
    "numbers": _("numbers"),
    "quarantined": _("put aside"),
    "quarantined_days": _("days waiting"),
    "receivables": _("receivables"),
    "references": _("references"),
    "running": _("running subscriptions"),
    "seat_days_charged": _("seat days charged"),
    "seat_days_delivered": _("seat days delivered"),
    "series": _("series"),
    "tax_lines": _("tax rows"),
    "totals_billed": _("usage totals billed"),
    "totals_waiting": _("usage totals waiting"),
    "transfers": _("transfers"),
    "wrong_charge_references": _("wrong references"),
}
# The checks of flows/verify: what they are called, and their figures in the order of their weight.
_CHECKS: Mapping[str, tuple[object, tuple[str, ...]]] = {
    "coverage": (
        _("Every service day charged once"),
        ("days_checked", "days_doubled", "days_missing", "seat_days_charged"),
    ),
    "unbilled": (_("Nothing due left behind"), ("running", "quarantined", "quarantined_days")),
    "usage": (_("Usage charged once"), ("totals_billed", "totals_waiting")),
    "replay": (
        _("Every charge calculated again"),
        ("charges_replayed", "charges_replayed_by_kernel"),
    ),
    "documents": (
        _("Documents add up"),
        ("documents", "lines", "tax_lines", "charges_invoiced", "lines_in_order"),
    ),
    "numbers": (_("Numbers without gaps"), ("numbers", "series")),
    "ledger": (
        _("Ledger balanced"),
        ("transfers", "billing_accounts", "receivables", "allocations"),
    ),
    "references": (_("References hold"), ("references", "wrong_charge_references")),
    "credit": (_("Holds follow the terms"), ("billing_accounts", "held")),
    "lists": (_("Lists show what is billed"), ("subscriptions",)),
}
_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One thing that contradicts a claim, with the page of the object if there is one."""

    object: str
    url: str
    text: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One claim: `figure` and `figures` are what was measured, `findings` what contradicts it."""

    name: str
    title: str
    claim: str
    state: str
    figure: str
    figures: str
    note: str
    url: str
    findings: tuple[FindingLine, ...]
    findings_total: int

    @property
    def more(self) -> int:
        """How many findings are counted but not named."""
        return self.findings_total - len(self.findings)


@dataclass(frozen=True, slots=True)
class ProofCard:
    """All claims of a run, those that do not hold first."""

    lines: tuple[ProofLine, ...]
    badge: str
    holds: bool


def proof_card(proof: Mapping[str, Any], *, day: date) -> ProofCard | None:
    """Return the proofs of a run for its page, None while nobody proved it."""
    if not proof:
        return None
    ordered = sorted(proof["checks"], key=lambda check: bool(check["proved"]))
    lines = tuple(_line(check, day=day) for check in ordered)
    holding = sum(line.state == "proved" for line in lines)
    badge = gettext("%(holding)s of %(all)s hold") % {
        "holding": words.number(holding),
        "all": words.number(len(lines)),
    }
    return ProofCard(lines, badge, holds=holding == len(lines))


@screen(Capability.VIEW_BILLING_RUNS)
def proof_report(request: SignedInRequest, *, day: date) -> HttpResponse:
    """Show the whole proof of a run: every claim, every figure, everything found."""
    facts = run_of_day(request.viewer, day=day)
    title = gettext("Proof of %(day)s") % {"day": words.day_full(day)}
    context = {
        "title": title,
        "crumbs": links.crumbs(
            Link(gettext("Run of %(day)s") % {"day": words.day_full(day)}, links.run(day))
        ),
        "day": day,
        "card": proof_card(facts.proof, day=day),
        "columns": [
            Column(gettext("Object"), 200),
            Column(gettext("What is wrong, and what to do")),
        ],
        "may_run": request.viewer.can(Capability.RUN_BILLING) and facts.row.is_done,
        "token": token(request.viewer),
    }
    return render(request, "screens/billing/proof.html", context)


@screen(Capability.RUN_BILLING, methods=("POST",))
def prove(request: SignedInRequest, *, day: date) -> HttpResponse:
    """Prove a run in a job of its own."""
    return HttpResponseRedirect(links.job(start_proof(day=day, starter=starter(request))))


def _line(check: Mapping[str, Any], *, day: date) -> ProofLine:
    title, order = _CHECKS.get(check["name"], (check["name"], ()))
    figures = [_figure(name, check["figures"][name]) for name in _ordered(check["figures"], order)]
    first, *others = figures or [("", "")]
    total = check["findings_total"]
    found = ngettext("%(n)s finding", "%(n)s findings", total) % {"n": words.number(total)}
    return ProofLine(
        name=check["name"],
        title=str(title),
        claim=gettext(check["claim"]),
        state="proved" if check["proved"] else "refuted",
        figure=first[0] if check["proved"] else "",
        figures=first[1] if check["proved"] else found,
        note=", ".join(f"{value} {label}" for value, label in others[:_SHOWN_MAX]),
        url=f"{links.proof(day)}#{check['name']}",
        findings=tuple(_finding(one) for one in check["findings"]),
        findings_total=total,
    )


def _ordered(figures: Mapping[str, str], order: Sequence[str]) -> list[str]:
    """Return the names of figures: known ones in their order, then those that the check added since."""
    known = [name for name in order if name in figures]
    return [*known, *(name for name in figures if name not in known)]


def _figure(name: str, value: str) -> tuple[str, str]:
    label = str(_FIGURES[name]) if name in _FIGURES else name.replace("_", " ")
    shown = words.number(int(value)) if value.lstrip("-").isdigit() else value
    return shown, label


def _finding(one: Mapping[str, Any]) -> FindingLine:
    problem = PROBLEMS[one["problem"]]
    facts = {**one["facts"], "object": one["object"]}
    return FindingLine(
        object=one["object"],
        url=links.of_finding(one["object_kind"], one["object_id"]),
        text=gettext(problem.message).format_map(facts),
        next_step=gettext(problem.next_step),
    )
