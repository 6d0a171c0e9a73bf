"""The imports of running subscriptions, the upload, and the file to fill in."""

from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.subscription_import_file import BYTES_MAX, ROWS_MAX, template
from entrepot.flows.subscription_import_jobs import APPLY, newest_imports, start_check
from entrepot.infra.tasks.jobs import JobRow
from entrepot.kernel.errors import BadInput
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.catalogue import uploads
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.tasks.words import STATES, stamp
from entrepot.web.ui.parts import Column

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


@screen(Capability.MANAGE_SUBSCRIPTIONS)
def imports(request: SignedInRequest) -> HttpResponse:
    """Show the newest imports and the upload."""
    return _list(request)


@screen(Capability.MANAGE_SUBSCRIPTIONS)
def template_file(_request: SignedInRequest) -> HttpResponse:
    """Give the file that people fill in."""
    answer = HttpResponse(template(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="running-subscriptions.csv"'
    return answer


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("POST",))
def upload(request: SignedInRequest) -> HttpResponse:
    """Keep a file and start its check; a form that is sent twice starts one."""
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
    number = start_check(
        viewer,
        path=kept.path,
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    return HttpResponseRedirect(links.address(viewer, "subscription-import", number))


def _list(request: SignedInRequest, *, refused: str = "") -> HttpResponse:
    viewer = request.viewer
    context = {
        "columns": [
            Column(gettext("File")),
            Column(gettext("Step"), 170),
            Column(gettext("State"), 170),
            Column(gettext("In order"), 110, numeric=True),
            Column(gettext("Wrong"), 100, numeric=True),
            Column(gettext("Asked for"), 190),
        ],
        "rows": [_line(viewer, row) for row in newest_imports(viewer, limit=SHOWN)],
        "key": uploads.new_key(),
        "refused": refused,
        "rows_max": ROWS_MAX,
        "mebibytes": BYTES_MAX // 1024 // 1024,
        "upload_url": links.address(viewer, "subscription-import-upload"),
        "template_url": links.address(viewer, "subscription-import-template"),
    }
    status = 422 if refused else 200
    return render(request, "screens/subscription_import/list.html", context, status=status)


def _line(viewer: Viewer, row: JobRow) -> ImportLine:
    result = row.result
    return ImportLine(
        url=links.address(viewer, "subscription-import", row.id),
        name=row.label,
        step=gettext("Import") if result.get("mode") == APPLY else gettext("Check"),
        state=STATES[row.state],
        good=home_words.number(result["good"]) if "good" in result else "–",
        bad=home_words.number(result["bad"]) if "bad" in result else "–",
        at=stamp(row.created_at),
    )
