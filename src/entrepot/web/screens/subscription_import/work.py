"""One check or import: how far it is, what it found, and the button that imports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.subscription_import_jobs import (
    CHECK,
    FAULTS_KEPT,
    ROWS_KEPT,
    FaultText,
    faults_of,
    import_job,
    start_import,
)
from entrepot.infra.tasks.jobs import JobRow
from entrepot.infra.tasks.models import JobState
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.tasks.words import STATES
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link


@dataclass(frozen=True, slots=True)
class FaultLine:
    """Why a row cannot be imported; `line` is empty for the whole file."""

    line: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class GoodLine:
    """One row that can be imported; `first` says from when we bill it."""

    line: str
    customer: str
    plan: str
    quantity: str
    first: str
    ends: str
    vendor_id: str


@screen(Capability.MANAGE_SUBSCRIPTIONS)
def work(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show a check or an import."""
    viewer = request.viewer
    job = import_job(viewer, job_id=number)
    if request.headers.get("HX-Request") == "true" and not job.is_open:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _page(request, job)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("POST",))
def apply(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Start the import of a checked file; a second click leads to the same work."""
    viewer = request.viewer
    job = import_job(viewer, job_id=number)
    try:
        started = start_import(
            viewer,
            check_id=job.id,
            skip_bad=request.POST.get("skip_bad", "") == "1",
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        messages.warning(request, refusal.text(translate=gettext))
        started = job.id
    return HttpResponseRedirect(links.address(viewer, "subscription-import", started))


def _page(request: SignedInRequest, job: JobRow) -> HttpResponse:
    viewer, result = request.viewer, job.result
    is_check = result.get("mode", CHECK) == CHECK
    good, bad = int(result.get("good", 0)), int(result.get("bad", 0))
    is_done = job.state is JobState.DONE
    context = {
        "crumbs": crumbs(viewer),
        "job": job,
        "state": STATES[job.state],
        "here": request.path,
        "progress": progress_text(job),
        "error": job.error,
        "is_done": is_done,
        "tiles": _tiles(result) if is_done else [],
        "days": _days(result) if is_done and good else "",
        "imported": _imported(result) if is_done and not is_check else "",
        "subscriptions_url": links.address(viewer, "subscriptions"),
        "may_import": is_done and is_check and good > 0,
        "has_faults": bad > 0,
        "button": _button(good),
        "apply_url": links.address(viewer, "subscription-import-apply", job.id),
        "again_url": links.address(viewer, "subscription-imports"),
        "faults": [fault_line(one) for one in faults_of(result)],
        "faults_more": bad > FAULTS_KEPT,
        "fault_columns": [
            Column(gettext("Line"), 90, numeric=True),
            Column(gettext("Column"), 170),
            Column(gettext("Reason")),
        ],
        "lines": [_good(one) for one in result.get("lines", ())],
        "lines_more": good > ROWS_KEPT,
        "line_columns": [
            Column(gettext("Line"), 80, numeric=True),
            Column(gettext("Customer")),
            Column(gettext("Units"), 100, numeric=True),
            Column(gettext("Billed by us from"), 210),
            Column(gettext("Term until"), 170),
            Column(gettext("ID at the vendor"), 220),
        ],
    }
    return render(request, "screens/subscription_import/work.html", context)


def crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to an import."""
    return [
        Link(
            gettext("Import of running subscriptions"),
            links.address(viewer, "subscription-imports"),
        )
    ]


def progress_text(job: JobRow) -> str:
    """Say how far a job is, empty before it has begun."""
    if not job.total:
        return ""
    of = {"done": home_words.number(job.done), "total": home_words.number(job.total)}
    return gettext("%(done)s of %(total)s rows") % of


def _tiles(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return label, figure and tone."""
    bad = int(result["bad"])
    return [
        (gettext("Rows"), home_words.number(result["rows"]), ""),
        (gettext("In order"), home_words.number(result["good"]), ""),
        (gettext("Wrong"), home_words.number(bad), "bad" if bad else ""),
    ]


def _days(result: Mapping[str, Any]) -> str:
    """Say from when the rows are billed."""
    first, last = _day(result["first_day"]), _day(result["last_day"])
    if first == last:
        text = gettext(
            "The period that runs counts as billed elsewhere. You bill from %(first)s on, without a set-up fee."
        )
        return text % {"first": first}
    text = gettext(
        "The periods that run count as billed elsewhere. You bill each subscription from its next "
        "period on, between %(first)s and %(last)s, without a set-up fee."
    )
    return text % {"first": first, "last": last}


def _imported(result: Mapping[str, Any]) -> str:
    number = int(result["imported"])
    text = ngettext(
        "%(n)s subscription was imported.", "%(n)s subscriptions were imported.", number
    )
    return text % {"n": home_words.number(number)}


def _button(good: int) -> str:
    text = ngettext("Import %(n)s subscription", "Import %(n)s subscriptions", good)
    return text % {"n": home_words.number(good)}


def fault_line(one: FaultText) -> FaultLine:
    """Say why a row cannot be taken, in the reader's language."""
    error = DomainError("import_fault", one.message, next_step=one.next_step or None, **one.values)
    return FaultLine(
        line=home_words.number(one.line) if one.line else "",
        column=one.column,
        reason=error.text(translate=gettext),
    )


def _good(one: Mapping[str, Any]) -> GoodLine:
    ends = _day(one["ends_on"])
    return GoodLine(
        line=home_words.number(one["line"]),
        customer=one["customer"],
        plan=one["plan"],
        quantity=formats.quantity(Decimal(one["quantity"]), language=home_words.language()),
        first=gettext("nothing any more") if one["only_ends"] else _day(one["first_day"]),
        ends=ends,
        vendor_id=one["vendor_id"],
    )


def _day(text: str) -> str:
    return home_words.day(date.fromisoformat(text), "short")
