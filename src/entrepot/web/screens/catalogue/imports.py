"""Price lists: the list of imports, the upload, the preview, applying or discarding it, and the page of an import."""

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from entrepot.domain.catalog.kinds import ImportState
from entrepot.domain.catalog.pricelist.reader import read_price_list
from entrepot.domain.catalog.pricelist.rejects import write_rejected_rows
from entrepot.domain.catalog.pricelist.source import BYTES_MAX
from entrepot.domain.catalog.pricelist.types import ParsedPriceList
from entrepot.domain.catalog.queries import (
    PriceImport,
    applied_import_of,
    list_price_imports,
    price_import,
)
from entrepot.domain.parties.roles import Capability
from entrepot.flows import price_jobs
from entrepot.flows.price_import import apply_price_list, business_date, preview_price_list
from entrepot.kernel.errors import BadInput
from entrepot.kernel.ids import NUMBER_MAX, IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.catalogue import reports, tabs, uploads
from entrepot.web.screens.tasks.trail import trail
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import as the list shows it."""

    number: str
    url: str
    name: str
    state: str
    effective: str
    rows: int
    created: int
    changed: int
    rejected: int
    at: object
    by: str


@screen(Capability.VIEW_PRICE_LISTS)
def import_list(request: SignedInRequest) -> HttpResponse:
    """Show the imports, the newest first, and the upload form."""
    return _list(request)


@screen(Capability.IMPORT_PRICES, methods=("POST",))
def upload(request: SignedInRequest) -> HttpResponse:
    """Keep a price list and go to its preview; a file that is no price list is not kept."""
    try:
        kept = uploads.keep(
            request.FILES.get("file"),
            key=request.POST.get("key", ""),
            account_id=request.viewer.account_id,
            bytes_max=BYTES_MAX,
            now=request.now,
        )
    except BadInput as refusal:
        return _list(request, refused=refusal.text(translate=gettext))
    if onward := _onward(kept):
        return onward
    try:
        _read(kept)
    except BadInput as refusal:
        uploads.discard(kept)
        return _list(request, refused=refusal.text(translate=gettext))
    return HttpResponseRedirect(reverse("provider:price-list-preview", args=[kept.key]))


@screen(Capability.IMPORT_PRICES)
def preview(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Show what a list would change; nothing is written."""
    kept = uploads.find(key, account_id=request.viewer.account_id)
    if onward := _onward(kept):
        return onward
    today = business_date(today=request.viewer.today)
    seen = preview_price_list(parsed=_read(kept), today=today, translate=gettext)
    later = [day for day in seen.starts if day > today]
    known = applied_import_of(request.viewer, sha256=seen.parsed.sha256)
    context = {
        "crumbs": tabs.crumbs(),
        "name": kept.name,
        "key": kept.key,
        "facts": seen.facts(),
        "report": reports.report_of(seen.facts()),
        "effective": reports.day(seen.parsed.effective_from),
        "scheduled": ", ".join(reports.day(day) for day in later),
        "is_empty": seen.diff.is_empty,
        "rejected": len(seen.parsed.rejected),
        "reordered": seen.parsed.reordered,
        "known_url": _import_url(known) if known else "",
        "apply_label": _apply_label(later),
    }
    return render(request, "screens/catalogue/preview.html", context)


@screen(Capability.IMPORT_PRICES)
def preview_rejects(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Give the wrong rows of an uploaded list as CSV, with line, column and reason."""
    kept = uploads.find(key, account_id=request.viewer.account_id)
    if onward := _onward(kept):
        return onward
    today = business_date(today=request.viewer.today)
    seen = preview_price_list(parsed=_read(kept), today=today, translate=gettext)
    answer = HttpResponse(_rejects(seen.parsed), content_type="text/csv; charset=utf-8")
    name = f"{Path(kept.name).stem}-rejected.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return answer


@screen(Capability.IMPORT_PRICES, methods=("POST",))
def apply(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Apply an uploaded list; a second click finds the import that the first one made."""
    viewer = request.viewer
    kept = uploads.find(key, account_id=viewer.account_id)
    if onward := _onward(kept):
        return onward
    parsed = _read(kept)
    if parsed.row_count > price_jobs.ROWS_AT_ONCE_MAX:
        return _start(request, kept)
    outcome = apply_price_list(
        parsed=parsed,
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
        today=business_date(today=viewer.today),
        skip_bad=request.POST.get("skip_bad") == "1",
        translate=gettext,
    )
    import_id = outcome.import_id
    if import_id is None:
        messages.info(request, gettext("The catalogue already says so; nothing was changed."))
        import_id = applied_import_of(viewer, sha256=outcome.preview.parsed.sha256)
    else:
        price_jobs.keep_rejected_rows(outcome, import_id=import_id)
        messages.success(request, gettext("The price list was applied."))
    if import_id is None:
        uploads.discard(kept)
        return HttpResponseRedirect(reverse("provider:price-lists"))
    uploads.close(kept, import_id=import_id)
    return HttpResponseRedirect(_import_url(import_id))


@screen(Capability.IMPORT_PRICES, methods=("POST",))
def discard(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Forget an uploaded list that nobody applied."""
    kept = uploads.find(key, account_id=request.viewer.account_id)
    if onward := _onward(kept):
        return onward
    uploads.discard(kept)
    messages.info(request, gettext("The upload was discarded; nothing was changed."))
    return HttpResponseRedirect(reverse("provider:price-lists"))


@screen(Capability.VIEW_PRICE_LISTS)
def import_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show an import with its report."""
    found = price_import(request.viewer, import_id=number)
    context = {
        "crumbs": tabs.crumbs(),
        "import": found,
        "number": format_id(kind=IdKind.PRICE_LIST, number=found.id),
        "state": found.state.value,
        "effective": reports.day(found.effective_on),
        "report": reports.report_of(found.report),
        "is_refused": found.state is ImportState.REFUSED,
        "rejects_url": reverse("provider:price-list-rejects", args=[found.id])
        if price_jobs.rejected_rows_path(import_id=found.id).is_file()
        else "",
        "trail": trail(request.viewer, object_kind="price_list_import", object_id=number),
    }
    return render(request, "screens/catalogue/import.html", context)


@screen(Capability.VIEW_PRICE_LISTS)
def import_rejects(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Give the rows that an applied import left out, as CSV."""
    found = price_import(request.viewer, import_id=number)
    path = price_jobs.rejected_rows_path(import_id=found.id)
    if not path.is_file():
        raise Http404
    name = f"{Path(found.file_name).stem}-rejected.csv"
    answer = HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return answer


def _list(request: SignedInRequest, *, refused: str = "") -> HttpResponse:
    before = request.GET.get("before", "")
    asked = int(before) if before.isascii() and before.isdigit() and len(before) < 20 else None
    page = list_price_imports(
        request.viewer,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=None if asked is None else min(asked, NUMBER_MAX),
    )
    context = {
        "crumbs": tabs.crumbs()[:1],
        "tabs": tabs.tabs("lists"),
        "columns": _columns(),
        "rows": [_line(row) for row in page.rows],
        "pager": keep_size(
            Pager(next_url=f"?before={page.older}" if page.older else ""), request.GET
        ),
        "may_import": request.viewer.can(Capability.IMPORT_PRICES),
        "key": uploads.new_key(),
        "refused": refused,
    }
    status = 422 if refused else 200
    return render(request, "screens/catalogue/list.html", context, status=status)


def _onward(kept: uploads.Upload) -> HttpResponse | None:
    """Lead from an upload that was applied, or is being applied, to what became of it."""
    if kept.done:
        return HttpResponseRedirect(_import_url(kept.done))
    if kept.job:
        return HttpResponseRedirect(reverse("provider:price-list-work", args=[kept.job]))
    return None


def _start(request: SignedInRequest, kept: uploads.Upload) -> HttpResponse:
    """Have a worker apply a large list; a second click finds the job of the first one."""
    viewer = request.viewer
    job_id = price_jobs.start_price_import(
        path=kept.path,
        name=kept.name,
        skip_bad=request.POST.get("skip_bad") == "1",
        language=reports.language(),
        actor=viewer.actor(request_id=request.request_id),
        account_id=viewer.account_id,
        tenant_id=viewer.tenant_id,
        now=request.now,
    )
    uploads.hand_over(kept, job_id=job_id)
    return HttpResponseRedirect(reverse("provider:price-list-work", args=[job_id]))


def _read(kept: uploads.Upload) -> ParsedPriceList:
    return read_price_list(kept.path, name=kept.name, translate=gettext)


def _apply_label(later: list[date]) -> str:
    if not later:
        return gettext("Apply")
    return ngettext(
        "Apply, scheduled for %(day)s", "Apply, scheduled from %(day)s on", len(later)
    ) % {"day": reports.day(later[0])}


def _rejects(parsed: ParsedPriceList) -> bytes:
    stream = io.StringIO(newline="")
    write_rejected_rows(parsed, stream=stream, translate=gettext)
    return stream.getvalue().encode("utf-8-sig")


def _import_url(import_id: int) -> str:
    return reverse("provider:price-list", args=[import_id])


def _columns() -> list[Column]:
    return [
        Column(gettext("Price list")),
        Column(gettext("State"), 210),
        Column(gettext("Effective from"), 130),
        Column(gettext("Rows"), 90, numeric=True),
        Column(gettext("New prices"), 110, numeric=True),
        Column(gettext("Changed"), 100, numeric=True),
        Column(gettext("Wrong"), 90, numeric=True),
        Column(gettext("Imported"), 180),
    ]


def _line(row: PriceImport) -> ImportLine:
    return ImportLine(
        number=format_id(kind=IdKind.PRICE_LIST, number=row.id),
        url=_import_url(row.id),
        name=row.file_name,
        state=row.state.value,
        effective=reports.day(row.effective_on),
        rows=row.rows,
        created=row.created_prices - row.changed_prices,
        changed=row.changed_prices,
        rejected=row.rejected,
        at=row.imported_at,
        by=row.imported_by,
    )
