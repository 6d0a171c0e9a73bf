"""The list of billing runs by day, and the two buttons: bill the next day, rehearse it."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.runs import RunPage, RunRow, list_runs, open_quarantine
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.billing_jobs import start_billing, start_rehearsal
from entrepot.flows.daily_billing import business_date
from entrepot.kernel.errors import BadInput
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links, words
from entrepot.web.screens.billing.starting import starter, token
from entrepot.web.screens.billing.tabs import tabs
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 31


@dataclass(frozen=True, slots=True)
class ListRow:
    """One run as the list shows it."""

    day: date
    url: str
    name: str
    started: str
    state: str
    label: str
    due: int
    open: int
    documents: int
    lines: int
    time: str
    proof: str


@dataclass(frozen=True, slots=True)
class NextDay:
    """What the two buttons do; `refused` says why billing is not possible now, empty if it is."""

    day: date
    bill_label: str
    rehearse_label: str
    refused: str


@screen(Capability.VIEW_BILLING_RUNS)
def billing_list(request: SignedInRequest) -> HttpResponse:
    """Show the runs by day, newest first."""
    viewer = request.viewer
    page = list_runs(
        viewer,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=_day(request.GET.get("before", "")),
        after=_day(request.GET.get("after", "")),
    )
    last = business_date()
    open_count = open_quarantine(viewer)
    context = {
        "crumbs": links.crumbs()[:1],
        "tabs": tabs("runs", open_count=open_count),
        "columns": _columns(),
        "rows": [run_row(row) for row in page.rows],
        "pager": keep_size(_pager(page), request.GET),
        "next": next_day(viewer, last),
        "has_billed": last is not None,
        "open_count": open_count,
        "aside_url": links.aside(),
        "may_run": viewer.can(Capability.RUN_BILLING),
        "token": token(viewer),
    }
    return render(request, "screens/billing/list.html", context)


@screen(Capability.RUN_BILLING, methods=("POST",))
def bill(request: SignedInRequest) -> HttpResponse:
    """Start billing a day and go to the page of its run."""
    day = posted_day(request)
    start_billing(
        day=day,
        today=request.viewer.today,
        allow_future=not settings.PRODUCTION,
        starter=starter(request),
    )
    return HttpResponseRedirect(links.run(day))


@screen(Capability.RUN_BILLING, methods=("POST",))
def rehearse(request: SignedInRequest) -> HttpResponse:
    """Start rehearsing a day and go to the page of that work."""
    job_id = start_rehearsal(day=posted_day(request), starter=starter(request))
    return HttpResponseRedirect(links.job(job_id))


def next_day(viewer: Viewer, business_day: date | None) -> NextDay:
    """Say what the buttons do; before the first run the next day is today."""
    day = business_day or viewer.today
    refused = ""
    if day > viewer.today and settings.PRODUCTION:
        refused = gettext("%(day)s has not come yet. It can be rehearsed.") % {
            "day": words.day_long(day)
        }
    return NextDay(
        day=day,
        bill_label=gettext("Bill %(day)s") % {"day": words.day_long(day)},
        rehearse_label=gettext("Rehearse %(day)s") % {"day": words.day_long(day)},
        refused=refused,
    )


def run_badge(row: RunRow) -> tuple[str, str]:
    """Return state and words of a run's badge; it never reads finished alone while something is not billed."""
    if not row.is_done:
        return "running", gettext("Running")
    if row.open:
        text = ngettext("Finished, %(n)s not billed", "Finished, %(n)s not billed", row.open)
        return "finished_with_exceptions", text % {"n": words.number(row.open)}
    if row.is_proved is False:
        return "refuted", gettext("Finished, a proof does not hold")
    if row.aside:
        text = ngettext("Finished, %(n)s billed later", "Finished, %(n)s billed later", row.aside)
        return "finished", text % {"n": words.number(row.aside)}
    return "finished", gettext("Finished")


def run_row(row: RunRow) -> ListRow:
    """Return a run as the list shows it."""
    state, label = run_badge(row)
    proofs = {True: "proved", False: "refuted", None: ""}
    return ListRow(
        day=row.day,
        url=links.run(row.day),
        name=words.day_short(row.day),
        started=row.started_by,
        state=state,
        label=label,
        due=row.due,
        open=row.open,
        documents=row.documents,
        lines=row.lines,
        time=words.seconds(row.seconds / max(1, row.workers)),
        proof=proofs[row.is_proved],
    )


def posted_day(request: SignedInRequest) -> date:
    """Return the day that a form names. Raises: BadInput `day_malformed`."""
    day = _day(request.POST.get("day", ""))
    if day is None:
        raise BadInput(
            "day_malformed",
            "This is not a day.",
            field="day",
            next_step="Open the list of billing runs again.",
        )
    return day


def _columns() -> list[Column]:
    return [
        Column(gettext("Day"), 170),
        Column(gettext("State")),
        Column(gettext("Due"), 110, numeric=True),
        Column(gettext("Not billed"), 152, numeric=True),
        Column(gettext("Documents"), 116, numeric=True),
        Column(gettext("Lines"), 110, numeric=True),
        Column(gettext("Time"), 100, numeric=True),
        Column(gettext("Proof"), 150),
    ]


def _pager(page: RunPage) -> Pager:
    return Pager(
        previous_url=f"?after={page.newer}" if page.newer else "",
        next_url=f"?before={page.older}" if page.older else "",
        summary=ngettext("%(n)s run on this page", "%(n)s runs on this page", len(page.rows))
        % {"n": words.number(len(page.rows))},
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
