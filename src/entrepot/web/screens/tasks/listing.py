"""The list of tasks: who asked for what, how far it is, which workers do it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from entrepot.domain.billing.queries.jobs import (
    COUNT_MAX,
    JobFilter,
    list_jobs,
    state_counts,
)
from entrepot.domain.parties.roles import Capability
from entrepot.flows.task_kinds import kind_names
from entrepot.infra.tasks.models import JobState
from entrepot.infra.tasks.people import workers
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import words
from entrepot.web.screens.places import ListPlace, read_place
from entrepot.web.screens.tasks.words import job_line, kind
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Column, Tab

PAGE_SIZE = 50
OPEN, FAILED, DONE, STOPPED = "open", "failed", "done", "stopped"
_VIEWS: Mapping[str, tuple[object, tuple[JobState, ...]]] = {
    "": (pgettext_lazy("filter", "All"), ()),
    OPEN: (pgettext_lazy("tasks", "Open"), (JobState.WAITING, JobState.RUNNING)),
    FAILED: (pgettext_lazy("tasks", "Failed"), (JobState.FAILED,)),
    DONE: (pgettext_lazy("tasks", "Done"), (JobState.DONE,)),
    STOPPED: (_("Stopped"), (JobState.CANCELLED,)),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    view: str
    kind: str
    is_mine: bool
    place: ListPlace


@screen(Capability.VIEW_TASKS)
def task_list(request: SignedInRequest) -> HttpResponse:
    """Show tasks, newest first, and the workers that do them."""
    viewer, asked = request.viewer, _read(request.GET)
    counts = state_counts(viewer, states=(JobState.WAITING, JobState.RUNNING, JobState.FAILED))
    page = list_jobs(
        viewer,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=asked.place.before,
        after=asked.place.after,
        wanted=JobFilter(
            states=_VIEWS[asked.view][1],
            kind=asked.kind,
            owner_id=viewer.user_id if asked.is_mine else None,
        ),
    )
    place = asked.place
    context = {
        "tabs": task_tabs("tasks"),
        "views": _views(asked, counts),
        "tiles": _tiles(counts),
        "no_worker": not workers() and counts[JobState.WAITING] > 0,
        "columns": [
            Column(gettext("Task")),
            Column(gettext("State"), 150),
            Column(gettext("Attempts"), 100, numeric=True),
            Column(gettext("Started by"), 180),
            Column(gettext("Asked for"), 190),
            Column(gettext("Time"), 110, numeric=True),
        ],
        "rows": [job_line(row, now=request.now) for row in page.rows],
        "pager": place.pager(before=page.older, after=page.newer),
        "first_url": "" if place.is_first else place.query(),
        "chips": _chips(asked),
        "keep": place.kept("kind", "mine"),
        "kinds": [("", pgettext("filter", "All")), *((name, kind(name)) for name in kind_names())],
        "asked": asked,
        "clear_url": place.query(kind=None, mine=None, view=None),
    }
    return render(request, "screens/tasks/list.html", context)


def task_tabs(current: str) -> list[Tab]:
    """Return the pages about tasks as tabs."""
    found = [
        ("tasks", gettext("Tasks"), "provider:tasks"),
        ("kinds", gettext("Events and priorities"), "provider:task-kinds"),
        ("facts", gettext("Facts that leave"), "provider:task-facts"),
    ]
    return [Tab(label, reverse(name), current=key == current) for key, label, name in found]


def _read(query: Mapping[str, str]) -> _Asked:
    view, name = query.get("view", ""), query.get("kind", "")
    view = view if view in _VIEWS else ""
    name = name if name in kind_names() else ""
    mine = "1" if query.get("mine", "") == "1" else ""
    return _Asked(
        view=view,
        kind=name,
        is_mine=bool(mine),
        place=read_place(query, view=view, kind=name, mine=mine),
    )


def _views(asked: _Asked, counts: Mapping[JobState, int]) -> list[Tab]:
    return [
        Tab(
            str(label),
            asked.place.query(view=name or None),
            _count(sum(counts[state] for state in states)) if name in (OPEN, FAILED) else None,
            current=name == asked.view,
        )
        for name, (label, states) in _VIEWS.items()
    ]


def _count(number: int) -> str:
    return words.number(number) if number < COUNT_MAX else f"{words.number(COUNT_MAX)}+"


def _chips(asked: _Asked) -> list[Chip]:
    chips = []
    if asked.kind:
        chips.append(Chip(kind(asked.kind), asked.place.query(kind=None)))
    if asked.is_mine:
        chips.append(Chip(gettext("Started by me"), asked.place.query(mine=None)))
    return chips


def _tiles(counts: Mapping[JobState, int]) -> list[tuple[str, str, str]]:
    """Return label, figure and note of what the workers do."""
    found = workers()
    slots = ngettext(
        "%(n)s task at a time each", "%(n)s tasks at a time each", settings.WORKER_SLOTS
    )
    machines = slots % {"n": words.number(settings.WORKER_SLOTS)}
    return [
        (gettext("Workers"), words.number(len(found)), machines),
        (gettext("Running"), _count(counts[JobState.RUNNING]), ""),
        (gettext("Waiting"), _count(counts[JobState.WAITING]), ""),
        (gettext("Failed"), _count(counts[JobState.FAILED]), ""),
    ]
