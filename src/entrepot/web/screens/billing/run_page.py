"""The page of one day's run: live while it is billed, afterwards with proofs, totals, what is left, and differences."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.jobs import JobFacts, newest_job, person_behind
from entrepot.domain.billing.queries.put_aside import AsideSummary, aside_summary
from entrepot.domain.billing.queries.rehearsals import comparison_of_day
from entrepot.domain.billing.queries.runs import RunFacts, has_run, run_of_day
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.billing_jobs import start_comparison
from entrepot.flows.daily_billing import business_date
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links, steps, words
from entrepot.web.screens.billing.aside import aside_card
from entrepot.web.screens.billing.differences import difference_card
from entrepot.web.screens.billing.listing import next_day, run_badge
from entrepot.web.screens.billing.proofs import proof_card
from entrepot.web.screens.billing.starting import starter, token
from entrepot.web.screens.billing.totals import totals_card
from entrepot.web.screens.tasks.words import job_line
from entrepot.web.ui import formats

TEMPLATE = "screens/billing/run.html"


@dataclass(frozen=True, slots=True)
class Tiles:
    """The five figures on top of the page with their second lines."""

    due: int
    billed: int
    billed_note: str
    open: int
    open_note: str
    documents: int
    lines: str
    rate: str
    rate_note: str


@screen(Capability.VIEW_BILLING_RUNS)
def run_page(request: SignedInRequest, *, day: date) -> HttpResponse:
    """Show the run of a day, or the work that will begin it."""
    viewer = request.viewer
    job = newest_job(viewer, task="bill", arguments={"until": day.isoformat()})
    if has_run(viewer, day=day):
        facts = run_of_day(viewer, day=day)
        context = _of_run(request, facts, job)
    elif job is not None:
        context = {"title": gettext("Run of %(day)s") % {"day": words.day_full(day)}, "run": None}
    else:
        raise NoSuchObject(object=f"run of {day}")
    is_live = job is not None and job.is_open
    context |= {
        "crumbs": links.crumbs(),
        "day": day,
        "here": links.run(day),
        "is_live": is_live,
        "job": job_line(job, now=request.now) if job is not None else None,
        "may_run": viewer.can(Capability.RUN_BILLING),
        "token": token(viewer),
    }
    return _answer(request, context, is_live=is_live)


@screen(Capability.RUN_BILLING, methods=("POST",))
def compare(request: SignedInRequest, *, day: date) -> HttpResponse:
    """Compare a run with the previous periods in a job of its own."""
    return HttpResponseRedirect(links.job(start_comparison(day=day, starter=starter(request))))


def _answer(request: SignedInRequest, context: dict[str, Any], *, is_live: bool) -> HttpResponse:
    """Answer with the page, or with its live part when that asks for itself; the end of the work loads the page."""
    if request.headers.get("HX-Request") != "true":
        return render(request, TEMPLATE, context)
    if not is_live:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, f"{TEMPLATE}#live", context)


def _of_run(request: SignedInRequest, facts: RunFacts, job: JobFacts | None) -> dict[str, Any]:
    viewer, day = request.viewer, facts.row.day
    summary = aside_summary(viewer, first_day=facts.first_day, day=day)
    state, label = run_badge(facts.row)
    context: dict[str, Any] = {
        "title": gettext("Run of %(day)s") % {"day": words.day_full(day)},
        "run": facts.row,
        "state": state,
        "label": label,
        "lead": _lead(viewer, facts),
        "tiles": _tiles(facts, summary),
        "steps": steps.lines(facts),
        "step_columns": steps.columns(),
        "step_note": _step_note(facts),
        "aside": aside_card(summary),
        "is_left": not facts.row.is_done and not (job is not None and job.is_open),
    }
    return context | (_of_done_run(request, facts) if facts.row.is_done else {})


def _of_done_run(request: SignedInRequest, facts: RunFacts) -> dict[str, Any]:
    viewer, day = request.viewer, facts.row.day
    totals = totals_card(
        viewer,
        first_day=facts.first_day,
        day=day,
        currency=request.GET.get("currency", ""),
        address=lambda code: f"{links.run(day)}?currency={code}",
    )
    found = comparison_of_day(viewer, day=day, fingerprint=facts.fingerprint)
    return {
        "proof": proof_card(facts.proof, day=day),
        "proof_url": links.proof(day),
        "totals": totals,
        "difference": difference_card(found, currency=totals.currency) if found else None,
        "next": _next(viewer),
    }


def _next(viewer: Viewer) -> Any:
    return next_day(viewer, business_date())


def _lead(viewer: Viewer, facts: RunFacts) -> str:
    language, name = words.language(), facts.row.started_by
    began = formats.day(facts.row.started_at, style="time", language=language, zone=words.zone())
    workers = ngettext("%(n)s worker", "%(n)s workers", facts.row.workers)
    parts = [
        gettext("Started %(time)s by %(name)s, %(workers)s.")
        % {
            "time": began,
            "name": words.actor(name, person_behind(viewer, names=[name])),
            "workers": workers % {"n": words.number(facts.row.workers)},
        }
    ]
    if facts.rehearsed_at is not None:
        when = formats.day(facts.rehearsed_at, style="time", language=language, zone=words.zone())
        parts.append(gettext("Same result as the rehearsal of %(time)s.") % {"time": when})
    return " ".join(parts)


def _tiles(facts: RunFacts, summary: AsideSummary) -> Tiles:
    row, spent = facts.row, steps.elapsed(facts)
    rated = row.due if row.is_done else facts.steps[0].rows
    billed = max(0, rated - row.open)
    accounts = ngettext("%(n)s account", "%(n)s accounts", summary.accounts)
    notes = [accounts % {"n": words.number(summary.accounts)}]
    if summary.last_bill:
        last = gettext("%(amount)s last bill") % {"amount": words.money(summary.last_bill)}
        notes = [last, *notes]
    lines = row.lines if row.is_done else sum(s.rows for s in facts.steps if s.step == "post")
    documents = row.documents if row.is_done else facts.invoices + facts.credit_notes
    return Tiles(
        due=row.due,
        billed=billed,
        billed_note=gettext("%(share)s of due") % {"share": words.share(billed, row.due)},
        open=row.open,
        open_note=", ".join(notes) if row.open else gettext("nothing was put aside"),
        documents=documents,
        lines=ngettext("%(n)s line", "%(n)s lines", lines) % {"n": words.number(lines)},
        rate=words.number(int(row.due / spent)) if row.is_done and spent > 0 else "–",
        rate_note=gettext("due subscriptions, %(time)s") % {"time": words.seconds(spent)},
    )


def _step_note(facts: RunFacts) -> str:
    spent = words.seconds(steps.elapsed(facts))
    if facts.row.is_done:
        return gettext("%(time)s to the last posting") % {"time": spent}
    return gettext("%(time)s so far") % {"time": spent}
