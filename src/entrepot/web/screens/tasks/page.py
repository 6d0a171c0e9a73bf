"""One task: progress, error, result and log; stop, restart and run now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.jobs import JobFacts, job
from entrepot.domain.parties.roles import Capability
from entrepot.flows import task_acts
from entrepot.infra.tasks.jobs import LogLine, log_of
from entrepot.infra.tasks.models import JobState
from entrepot.infra.tasks.people import next_tries
from entrepot.infra.tasks.refusals import told
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links, words
from entrepot.web.screens.tasks.words import job_line, kind, said, stamp, step
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_IMPORTS = {"import_usage": "provider:usage-import", "import_prices": "provider:price-list"}


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What came of one subscription."""

    number: str
    url: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log in words."""

    when: str
    iso: str
    text: str
    by: str


@screen(Capability.VIEW_TASKS)
def job_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show one job; while it is open the page asks for itself, and leads on when a rehearsal is done."""
    facts = job(request.viewer, job_id=number)
    onward = _onward(facts)
    is_part = request.headers.get("HX-Request") == "true"
    if is_part and not facts.is_open:
        target = {"HX-Redirect": onward.url} if onward else {"HX-Refresh": "true"}
        return HttpResponse(headers=target)
    again = next_tries(job_ids=[facts.id]) if facts.state is JobState.WAITING else {}
    context = {
        "crumbs": [Link(gettext("Tasks"), links.if_there("provider:tasks"))],
        "job": job_line(facts, now=request.now),
        "kind": kind(facts.handler or facts.task),
        "attempts": facts.attempts,
        "next_try": stamp(again[facts.id]) if again else "",
        "here": links.job(number),
        "onward": onward,
        "summary": _summary(facts),
        "results": _results(facts),
        "result_columns": [Column(gettext("Subscription"), 200), Column(gettext("Result"))],
        "log": [_log_row(line) for line in log_of(job_id=facts.id)],
        "aside_url": links.aside(),
        "may_stop": facts.is_open and request.viewer.can(Capability.MANAGE_TASKS),
        "may_run_now": facts.state is JobState.WAITING
        and request.viewer.can(Capability.MANAGE_TASKS),
        "may_restart": facts.state in (JobState.FAILED, JobState.CANCELLED)
        and request.viewer.can(Capability.MANAGE_TASKS),
    }
    template = "screens/tasks/page.html"
    return render(request, f"{template}#live" if is_part else template, context)


@screen(Capability.MANAGE_TASKS, methods=("POST",))
def stop_job(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Cancel a job: a waiting one at once, a running one at its next step."""
    viewer = request.viewer
    facts = job(viewer, job_id=number)
    actor = viewer.actor(request_id=request.request_id)
    if task_acts.stop(job_id=facts.id, actor=actor, tenant_id=viewer.tenant_id, now=request.now):
        messages.info(request, gettext("The task stops at its next step."))
    else:
        messages.info(request, gettext("The task was over already."))
    return HttpResponseRedirect(links.job(number))


@screen(Capability.MANAGE_TASKS, methods=("POST",))
def restart_job(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Let a job that failed or was stopped wait once more."""
    return _do(request, number, task_acts.restart, gettext("The task waits for a worker again."))


@screen(Capability.MANAGE_TASKS, methods=("POST",))
def run_job_now(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Put a waiting job before all others."""
    return _do(request, number, task_acts.put_first, gettext("The task is the next to be begun."))


def _do(request: SignedInRequest, number: int, act: Callable[..., None], done: str) -> HttpResponse:
    viewer = request.viewer
    facts = job(viewer, job_id=number)
    try:
        act(
            job_id=facts.id,
            label=facts.number,
            actor=viewer.actor(request_id=request.request_id),
            tenant_id=viewer.tenant_id,
            now=request.now,
        )
    except DomainError as refusal:
        messages.warning(request, refusal.text(translate=gettext))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(links.job(number))


def _log_row(line: LogLine) -> LogRow:
    text = told(line.refusal, sentence=line.text, translate=gettext)
    return LogRow(
        when=stamp(line.at), iso=line.at.isoformat(), text=step(line.step, said(text)), by=line.by
    )


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
    if facts.task == "fetch_vendor_usage" and facts.state is JobState.DONE:
        return _fetched(facts)
    if facts.task != "retry_quarantined" or facts.state is not JobState.DONE:
        return ""
    billed, left = facts.result["billed"], len(facts.result["left"])
    done = ngettext("%(n)s billed", "%(n)s billed", billed) % {"n": words.number(billed)}
    if not left:
        return done
    still = ngettext("%(n)s still not billed", "%(n)s still not billed", left)
    return f"{done}, {still % {'n': words.number(left)}}"


def _fetched(facts: JobFacts) -> str:
    taken, left = facts.result["taken"], facts.result["refused"]
    text = ngettext("%(n)s number taken over", "%(n)s numbers taken over", taken)
    still = ngettext("%(n)s not", "%(n)s not", left) % {"n": words.number(left)}
    return f"{text % {'n': words.number(taken)}}, {still}"


def _results(facts: JobFacts) -> list[ResultLine]:
    """Return what came of each subscription of a retry, those that are left first; of usage what is left."""
    if facts.task == "fetch_vendor_usage" and facts.state is JobState.DONE:
        return [
            ResultLine(
                number=name,
                url="",
                state="failed",
                text=told(refusal, sentence=name, translate=gettext),
            )
            for name, refusal in facts.result["left"].items()
        ]
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
