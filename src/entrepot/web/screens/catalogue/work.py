"""The page of the work that applying a large price list starts: it asks for itself and leads to the import."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.jobs import JobFacts, job
from entrepot.domain.parties.roles import Capability
from entrepot.flows.price_jobs import APPLYING, READING, TASK
from entrepot.infra.tasks.models import JobState
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.catalogue import reports, tabs

STATES = {
    JobState.WAITING: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "stopped",
}


@screen(Capability.VIEW_PRICE_LISTS)
def work(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show how far a list is; when it is applied the page leads to its import."""
    facts = job(request.viewer, job_id=number)
    if facts.task != TASK:
        raise Http404
    result_url = ""
    if facts.state is JobState.DONE and facts.result["import"]:
        result_url = reverse("provider:price-list", args=[facts.result["import"]])
    if request.headers.get("HX-Request") == "true" and not facts.is_open:
        target = {"HX-Redirect": result_url} if result_url else {"HX-Refresh": "true"}
        return HttpResponse(headers=target)
    context = {
        "crumbs": tabs.crumbs(),
        "job": facts,
        "state": STATES[facts.state],
        "progress": _progress(facts),
        "outcome": _outcome(facts),
        "result_url": result_url,
        "here": request.path,
    }
    return render(request, "screens/catalogue/work.html", context)


def _progress(facts: JobFacts) -> str:
    """Say what the worker does; what it noted for itself is shown as it is."""
    if facts.state is JobState.WAITING:
        return facts.note or gettext("waiting for a worker")
    if facts.note == READING:
        return gettext("reading the file")
    if facts.note.startswith(f"{APPLYING} "):
        rows = int(facts.note.removeprefix(f"{APPLYING} "))
        text = ngettext("applying %(n)s row", "applying %(n)s rows", rows)
        return text % {"n": reports.number(rows)}
    return facts.note


def _outcome(facts: JobFacts) -> str:
    if facts.state is not JobState.DONE:
        return ""
    if facts.result["changed"]:
        return gettext("The price list was applied.")
    return gettext("The catalogue already says so; nothing was changed.")
