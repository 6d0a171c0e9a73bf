"""Long work as people see it: the list under Tasks, one job with progress, error and result, and its stop button."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.queries.jobs import JobFacts, JobPage, job, list_jobs
from entrepot.domain.parties.roles import Capability
from entrepot.flows.task_acts import stop
from entrepot.infra.tasks.models import JobState
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links, words
from entrepot.web.ui import formats
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

PAGE_SIZE = 50
UNTAKEN_SECONDS = 5
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_STATES = {
    JobState.WAITING: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "stopped",
}
_TITLES: Mapping[str, object] = {
    "bill": _("Bill %(day)s"),
    "rehearse": _("Rehearse %(day)s"),
    "prove_run": _("Prove the run of %(day)s"),
    "compare_run": _("Compare the run of %(day)s with the previous periods"),
    "keep_month_ends": _("Keep the sales at the end of the month, %(day)s"),
}
_IMPORTS = {"import_usage": "provider:usage-import", "import_prices": "provider:price-list"}
_NOTES: tuple[tuple[str, object], ...] = (
    ("copying", _("copying what is due")),
    ("rehearsing", _("rehearsing %(day)s")),
    ("comparing", _("comparing with the previous periods")),
)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as the screens show it. `is_untaken` says that no worker has taken it for some seconds."""

    id: int
    number: str
    url: str
    title: str
    state: str
    is_open: bool
    is_untaken: bool
    done: int
    total: int | None
    progress: str
    error: str
    by: str
    created: str
    time: str


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What came of one subscription."""

    number: str
    url: str
    state: str
    text: str


@screen(Capability.VIEW_TASKS)
def task_list(request: SignedInRequest) -> HttpResponse:
    """Show the newest jobs."""
    before = request.GET.get("before", "")
    asked = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    page = list_jobs(request.viewer, limit=page_size(request.GET, usual=PAGE_SIZE), before=asked)
    context = {
        "columns": [
            Column(gettext("Task")),
            Column(gettext("State"), 150),
            Column(gettext("Started by"), 200),
            Column(gettext("Asked for"), 190),
            Column(gettext("Time"), 110, numeric=True),
        ],
        "rows": [job_line(row, now=request.now) for row in page.rows],
        "pager": keep_size(_pager(page), request.GET),
    }
    return render(request, "screens/billing/tasks.html", context)


@screen(Capability.VIEW_TASKS)
def job_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show one job; while it is open the page asks for itself, and leads on when a rehearsal is done."""
    facts = job(request.viewer, job_id=number)
    line = job_line(facts, now=request.now)
    onward = _onward(facts)
    is_part = request.headers.get("HX-Request") == "true"
    if is_part and not facts.is_open:
        target = {"HX-Redirect": onward.url} if onward else {"HX-Refresh": "true"}
        return HttpResponse(headers=target)
    context = {
        "crumbs": [Link(gettext("Tasks"), links.if_there("provider:tasks"))],
        "job": line,
        "here": links.job(number),
        "onward": onward,
        "summary": _summary(facts),
        "results": _results(facts),
        "result_columns": [Column(gettext("Subscription"), 200), Column(gettext("Result"))],
        "aside_url": links.aside(),
        "may_run": request.viewer.can(Capability.RUN_BILLING),
    }
    template = "screens/billing/job.html"
    return render(request, f"{template}#live" if is_part else template, context)


@screen(Capability.RUN_BILLING, methods=("POST",))
def stop_job(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Cancel a job: a waiting one at once, a running one at its next step."""
    facts = job(request.viewer, job_id=number)
    actor = request.viewer.actor(request_id=request.request_id)
    if stop(job_id=facts.id, actor=actor, tenant_id=request.viewer.tenant_id, now=request.now):
        messages.info(request, gettext("The task stops at its next step."))
    else:
        messages.info(request, gettext("The task was over already."))
    return HttpResponseRedirect(links.job(number))


def job_line(facts: JobFacts, *, now: datetime) -> JobLine:
    """Return a job in words."""
    end = facts.finished_at or now
    spent = (end - facts.started_at).total_seconds() if facts.started_at else None
    waits = facts.state is JobState.WAITING
    return JobLine(
        id=facts.id,
        number=facts.number,
        url=links.job(facts.id),
        title=_title(facts),
        state=_STATES[facts.state],
        is_open=facts.is_open,
        is_untaken=waits and now - facts.created_at > timedelta(seconds=UNTAKEN_SECONDS),
        done=facts.done,
        total=facts.total,
        progress=_progress(facts),
        error=facts.error,
        by=facts.owner_name or gettext("System"),
        created=formats.day(
            facts.created_at, style="stamp", language=words.language(), zone=words.zone()
        ),
        time=words.seconds(max(0.0, spent)) if spent is not None else "",
    )


def _title(facts: JobFacts) -> str:
    day = facts.arguments.get("until") or facts.arguments.get("day")
    if facts.task in _TITLES and day:
        return str(_TITLES[facts.task]) % {"day": words.day_full(date.fromisoformat(day))}
    if facts.task == "retry_quarantined":
        count = len(facts.arguments.get("subscription_ids") or ())
        text = ngettext("Retry %(n)s subscription", "Retry %(n)s subscriptions", count)
        return text % {"n": words.number(count)}
    return facts.label


def _progress(facts: JobFacts) -> str:
    """Say what a running job does; its note is a code for billing, else a short sentence."""
    note = facts.note
    day = _ISO.search(note)
    if facts.task == "bill" and day and note.split()[-1] in set(RunStep):
        return _billing_progress(RunStep(note.split()[-1]), facts)
    for beginning, text in _NOTES:
        if note.startswith(beginning):
            shown = words.day_long(date.fromisoformat(day[0])) if day else ""
            return str(text) % {"day": shown}
    if facts.total:
        of = {"done": words.number(facts.done), "total": words.number(facts.total)}
        return gettext("%(done)s of %(total)s") % of
    return note


def _billing_progress(step: RunStep, facts: JobFacts) -> str:
    if step is RunStep.DONE:
        return gettext("proving the run")
    return gettext("%(step)s: %(done)s of %(total)s chunks") % {
        "step": str(words.STEPS[step]),
        "done": words.number(facts.done),
        "total": words.number(facts.total or 0),
    }


def _onward(facts: JobFacts) -> Link | None:
    """Return the page on which the result of a finished job stands."""
    if facts.state is not JobState.DONE:
        return None
    arguments, result = facts.arguments, facts.result
    if "rehearsal" in result:
        return Link(gettext("Open the rehearsal"), links.rehearsal(result["rehearsal"]))
    if facts.task in _IMPORTS and result.get("import"):
        return Link(
            gettext("Open the import"), links.if_there(_IMPORTS[facts.task], result["import"])
        )
    day = arguments.get("until") or arguments.get("day")
    if facts.task in {"bill", "compare_run"} and day:
        return Link(gettext("Open the run"), links.run(date.fromisoformat(day)))
    if facts.task == "prove_run":
        return Link(gettext("Open the proof"), links.proof(date.fromisoformat(arguments["day"])))
    return None


def _summary(facts: JobFacts) -> str:
    if facts.task != "retry_quarantined" or facts.state is not JobState.DONE:
        return ""
    billed, left = facts.result["billed"], len(facts.result["left"])
    done = ngettext("%(n)s billed", "%(n)s billed", billed) % {"n": words.number(billed)}
    if not left:
        return done
    still = ngettext("%(n)s still not billed", "%(n)s still not billed", left)
    return f"{done}, {still % {'n': words.number(left)}}"


def _results(facts: JobFacts) -> list[ResultLine]:
    """Return what came of each subscription of a retry, those that are left first."""
    if facts.task != "retry_quarantined" or facts.state is not JobState.DONE:
        return []
    left = {int(number): reason for number, reason in facts.result["left"].items()}
    ids = facts.arguments.get("subscription_ids") or list(left)
    ordered = sorted(ids, key=lambda number: (number not in left, number))
    return [_result(number, left.get(number)) for number in ordered[:1000]]


def _result(number: int, reason: str | None) -> ResultLine:
    return ResultLine(
        number=format_id(kind=IdKind.SUBSCRIPTION, number=number),
        url=links.subscription(number),
        state="failed" if reason else "done",
        text=words.reason_code(reason) if reason else gettext("billed"),
    )


def _pager(page: JobPage) -> Pager:
    return Pager(next_url=f"?before={page.older}" if page.older else "")
