"""Import of users from a file: upload, check with every fault by line and column, then the button that creates them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.roles import Capability
from entrepot.flows import user_import as flow
from entrepot.flows.file_jobs import APPLY, CHECK, FAULTS_KEPT, arguments_of, faults_of
from entrepot.infra.tasks.jobs import JobRow
from entrepot.infra.tasks.models import JobState
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.catalogue import uploads
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.subscription_import.work import fault_line, progress_text
from entrepot.web.screens.tasks.words import STATES, stamp
from entrepot.web.screens.users import words
from entrepot.web.screens.users.team import Team, team_of
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

SHOWN = 25


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One check or import in words."""

    url: str
    name: str
    step: str
    state: str
    good: str
    bad: str
    at: str


@screen(Capability.ADMINISTER_USERS, while_acting=False)
def imports(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Show the newest imports of an account's users, and the upload."""
    return _list(request, _team(request, account))


@screen(Capability.ADMINISTER_USERS, while_acting=False)
def template_file(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Give the file that people fill in."""
    _team(request, account)
    answer = HttpResponse(flow.template(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="users.csv"'
    return answer


@screen(Capability.ADMINISTER_USERS, methods=("POST",), while_acting=False)
def upload(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Keep a file and start its check; a form that is sent twice starts one."""
    viewer, team = request.viewer, _team(request, account)
    try:
        kept = uploads.keep(
            request.FILES.get("file"),
            key=request.POST.get("key", ""),
            account_id=viewer.account_id,
            bytes_max=flow.BYTES_MAX,
            now=request.now,
        )
    except BadInput as refusal:
        return _list(request, team, refused=refusal.text(translate=gettext))
    number = flow.start_check(
        viewer,
        account_id=team.account_id,
        path=kept.path,
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    return HttpResponseRedirect(team.url("user-import", number))


@screen(Capability.ADMINISTER_USERS, while_acting=False)
def work(request: SignedInRequest, number: int, *, account: int | None = None) -> HttpResponse:
    """Show a check or an import."""
    team = _team(request, account)
    job = _job(request, team, number)
    if request.headers.get("HX-Request") == "true" and not job.is_open:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _page(request, team, job)


@screen(Capability.ADMINISTER_USERS, methods=("POST",), while_acting=False, fresh=True)
def apply(request: SignedInRequest, number: int, *, account: int | None = None) -> HttpResponse:
    """Start creating the users of a checked file; a second click leads to the same work."""
    viewer, team = request.viewer, _team(request, account)
    job = _job(request, team, number)
    try:
        started = flow.start_import(
            viewer,
            check_id=job.id,
            skip_bad=request.POST.get("skip_bad", "") == "1",
            invites=request.POST.get("invites", "") == "1",
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        messages.warning(request, refusal.text(translate=gettext))
        started = job.id
    return HttpResponseRedirect(team.url("user-import", started))


def _team(request: SignedInRequest, account: int | None) -> Team:
    """Return people whom the viewer looks after; others answer as an address that does not exist."""
    team = team_of(request.viewer, account)
    if not team.may(Capability.ADMINISTER_USERS):
        raise Http404
    return team


def _job(request: SignedInRequest, team: Team, number: int) -> JobRow:
    job = flow.import_job(request.viewer, job_id=number)
    if arguments_of(job).get("account") != team.account_id:
        raise Http404
    return job


def _list(request: SignedInRequest, team: Team, *, refused: str = "") -> HttpResponse:
    rows = flow.newest_imports(request.viewer, account_id=team.account_id, limit=SHOWN)
    context = {
        "crumbs": team.crumbs(),
        "columns": [
            Column(gettext("File")),
            Column(gettext("Step"), 170),
            Column(gettext("State"), 170),
            Column(gettext("In order"), 110, numeric=True),
            Column(gettext("Wrong"), 100, numeric=True),
            Column(gettext("Asked for"), 190),
        ],
        "rows": [_line(team, row) for row in rows],
        "key": uploads.new_key(),
        "refused": refused,
        "rows_max": flow.ROWS_MAX,
        "mebibytes": flow.BYTES_MAX // 1024 // 1024,
        "upload_url": team.url("user-import-upload"),
        "template_url": team.url("user-import-template"),
        "back_url": team.url("users"),
    }
    return render(request, "screens/users/imports.html", context, status=422 if refused else 200)


def _line(team: Team, row: JobRow) -> ImportLine:
    result = row.result
    return ImportLine(
        url=team.url("user-import", row.id),
        name=row.label,
        step=gettext("Import") if result.get("mode") == APPLY else gettext("Check"),
        state=STATES[row.state],
        good=home_words.number(result["good"]) if "good" in result else "–",
        bad=home_words.number(result["bad"]) if "bad" in result else "–",
        at=stamp(row.created_at),
    )


def _page(request: SignedInRequest, team: Team, job: JobRow) -> HttpResponse:
    result = job.result
    is_check = result.get("mode", CHECK) == CHECK
    good, bad = int(result.get("good", 0)), int(result.get("bad", 0))
    is_done = job.state is JobState.DONE
    context = {
        "crumbs": team.crumbs(Link(gettext("Import"), team.url("user-imports"))),
        "job": job,
        "state": STATES[job.state],
        "here": request.path,
        "progress": progress_text(job),
        "error": job.error,
        "tiles": _tiles(result) if is_done else [],
        "imported": _imported(result) if is_done and not is_check else "",
        "users_url": team.url("users"),
        "may_import": is_done and is_check and good > 0,
        "nothing_new": is_done and is_check and not good and not bad,
        "has_faults": bad > 0,
        "button": _button(good),
        "apply_url": team.url("user-import-apply", job.id),
        "again_url": team.url("user-imports"),
        "faults": [fault_line(one) for one in faults_of(result)],
        "faults_more": bad > FAULTS_KEPT,
        "fault_columns": [
            Column(gettext("Line"), 90, numeric=True),
            Column(gettext("Column"), 170),
            Column(gettext("Reason")),
        ],
        "lines": [
            {**one, "role": words.ROLES[RoleCode(one["role"])]} for one in result.get("lines", ())
        ],
        "lines_more": good > flow.ROWS_KEPT,
        "line_columns": [
            Column(gettext("Line"), 80, numeric=True),
            Column(gettext("Name")),
            Column(gettext("E-mail")),
            Column(gettext("Role"), 150),
        ],
    }
    return render(request, "screens/users/import.html", context)


def _tiles(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return label, figure and tone."""
    bad = int(result["bad"])
    return [
        (gettext("Rows"), home_words.number(result["rows"]), ""),
        (gettext("New"), home_words.number(result["good"]), ""),
        (gettext("There already"), home_words.number(result["known"]), ""),
        (gettext("Wrong"), home_words.number(bad), "bad" if bad else ""),
    ]


def _imported(result: Mapping[str, Any]) -> str:
    number = int(result["imported"])
    text = ngettext("%(n)s user was created.", "%(n)s users were created.", number)
    return text % {"n": home_words.number(number)}


def _button(good: int) -> str:
    text = ngettext("Create %(n)s user", "Create %(n)s users", good)
    return text % {"n": home_words.number(good)}
