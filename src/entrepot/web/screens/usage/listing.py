"""The list of usage imports, the upload, and the page of the work that an upload starts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from entrepot.domain.billing.queries.jobs import job, person_behind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.usage.queries import ImportFacts, list_usage_imports, refused_import_of
from entrepot.flows.usage_jobs import start_usage_import
from entrepot.infra.tasks.models import JobState
from entrepot.kernel.errors import BadInput
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.catalogue import uploads
from entrepot.web.screens.usage import faults, words
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 50
BYTES_MAX = 500 * 1024 * 1024
STATES = {
    JobState.WAITING: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "stopped",
}


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import as the list shows it."""

    number: str
    url: str
    name: str
    provider: str
    state: str
    month: str
    lines: int
    rejected: int
    parked: int
    cost: str
    at: object
    by: str


@screen(Capability.VIEW_USAGE_IMPORTS)
def import_list(request: SignedInRequest) -> HttpResponse:
    """Show the imports, the newest first, and the upload form."""
    return _list(request)


@screen(Capability.IMPORT_USAGE, methods=("POST",))
def upload(request: SignedInRequest) -> HttpResponse:
    """Keep a usage file and start its import; a form that is sent twice starts one."""
    viewer = request.viewer
    try:
        kept = uploads.keep(
            request.FILES.get("file"),
            key=request.POST.get("key", ""),
            account_id=viewer.account_id,
            bytes_max=BYTES_MAX,
            now=request.now,
        )
    except BadInput as refusal:
        return _list(request, refused=refusal.text(translate=gettext))
    job_id = start_usage_import(
        path=kept.path,
        skip_bad=request.POST.get("skip_bad") == "1",
        actor=viewer.actor(request_id=request.request_id),
        account_id=viewer.account_id,
        tenant_id=viewer.tenant_id,
        now=request.now,
    )
    return HttpResponseRedirect(reverse("provider:usage-import-work", args=[job_id]))


@screen(Capability.VIEW_USAGE_IMPORTS)
def work(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show how far an import is; when it is done the page leads to it."""
    facts = job(request.viewer, job_id=number)
    result_url = ""
    if facts.state is JobState.DONE and "import" in facts.result:
        result_url = reverse("provider:usage-import", args=[facts.result["import"]])
    if request.headers.get("HX-Request") == "true" and not facts.is_open:
        target = {"HX-Redirect": result_url} if result_url else {"HX-Refresh": "true"}
        return HttpResponse(headers=target)
    refused = None
    if facts.state is JobState.FAILED:
        refused = refused_import_of(request.viewer, made_by=f"job {facts.id}")
    context = {
        "crumbs": words.crumbs(),
        "job": facts,
        "refused": refused,
        "refused_text": faults.summary(refused) if refused else "",
        "problems": faults.shown(refused) if refused else [],
        "problem_columns": faults.columns(),
        "state": STATES[facts.state],
        "result_url": result_url,
        "here": request.path,
    }
    return render(request, "screens/usage/work.html", context)


def _list(request: SignedInRequest, *, refused: str = "") -> HttpResponse:
    before = words.asked_number(request.GET.get("before", ""))
    page = list_usage_imports(
        request.viewer, limit=page_size(request.GET, usual=PAGE_SIZE), before=before
    )
    people = person_behind(request.viewer, names=[row.imported_by for row in page.rows])
    context = {
        "crumbs": words.crumbs()[:1],
        "columns": _columns(),
        "rows": [_line(row, people) for row in page.rows],
        "pager": keep_size(
            Pager(next_url=f"?before={page.older}" if page.older else ""), request.GET
        ),
        "may_import": request.viewer.can(Capability.IMPORT_USAGE),
        "key": uploads.new_key(),
        "refused": refused,
    }
    status = 422 if refused else 200
    return render(request, "screens/usage/list.html", context, status=status)


def _columns() -> list[Column]:
    return [
        Column(gettext("File")),
        Column(gettext("State"), 170),
        Column(gettext("Month"), 130),
        Column(gettext("Lines"), 100, numeric=True),
        Column(gettext("Wrong"), 96, numeric=True),
        Column(gettext("Waiting"), 90, numeric=True),
        Column(gettext("Vendor's cost"), 164, numeric=True),
        Column(gettext("Imported"), 180),
    ]


def _line(row: ImportFacts, people: Mapping[str, str]) -> ImportLine:
    return ImportLine(
        number=format_id(kind=IdKind.IMPORT, number=row.id),
        url=reverse("provider:usage-import", args=[row.id]),
        name=row.file_name,
        provider=row.provider_name,
        state=row.state.value,
        month=words.month(row.period_start),
        lines=row.lines,
        rejected=row.rejected,
        parked=row.parked,
        cost=words.money(row.billed_cost, row.currency),
        at=row.imported_at,
        by=words.by(row.imported_by, people),
    )
